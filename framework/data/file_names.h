#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ndbench {

/// Many file names in one piece of memory.
class FileNames {
 public:
  void add(std::string_view name) {
    names_ += name;
    ends_.push_back(names_.size());
  }

  [[nodiscard]] std::int64_t size() const { return std::ssize(ends_); }

  [[nodiscard]] std::string_view operator[](std::int64_t index) const {
    const auto i = static_cast<std::size_t>(index);
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(names_).substr(begin, ends_[i] - begin);
  }

 private:
  std::string names_;
  std::vector<std::size_t> ends_;
};

}  // namespace ndbench
