#include "data/celeba_lists.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/text_lines.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// The lines of one list up to the last that is not blank, each with its words.
class List {
 public:
  explicit List(const fs::path& file) : file_(file), text_(file), size_(text_.lines().size()) {
    while (size_ > 0 && words_of(text_.lines()[size_ - 1]).empty()) {
      --size_;
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }

  /// Of the line at `index`, which must have `count` of them, in all.
  [[nodiscard]] std::vector<std::string_view> words(std::size_t index, std::size_t count) const {
    auto words = words_of(line(index));
    if (words.size() != count) {
      fail(index, fmt::format("has {} words, where {} are expected", words.size(), count));
    }
    return words;
  }

  [[nodiscard]] std::string_view line(std::size_t index) const {
    if (index >= size_) {
      fail(index, "is missing");
    }
    return text_.lines()[index];
  }

  [[noreturn]] void fail(std::size_t index, std::string_view what) const {
    throw Error(fmt::format("{}: line {} {}; download it again", file_.native(), index + 1, what));
  }

 private:
  fs::path file_;
  TextLines text_;
  std::size_t size_;
};

/// Names come from a file that may be anyone's, and become part of a path.
bool is_plain_file_name(std::string_view name) {
  return name.front() != '.' && std::all_of(name.begin(), name.end(),
                                            [](char c) { return c > ' ' && c <= '~' && c != '/'; });
}

void read_attributes(const List& list, CelebaLists& result) {
  constexpr std::size_t kHeaderLines = 2;
  std::int64_t count = 0;
  if (!parse_integer(list.words(0, 1)[0], count) || count < 1) {
    list.fail(0, "is not the number of pictures");
  }
  for (const std::string_view name : words_of(list.line(1))) {
    result.attribute_names.emplace_back(name);
  }
  if (result.attribute_names.empty()) {
    list.fail(1, "names no attributes");
  }
  if (static_cast<std::uint64_t>(count) != list.size() - kHeaderLines) {
    list.fail(0, fmt::format("says that there are {} pictures, but {} lines follow the names of "
                             "the attributes",
                             count, list.size() - kHeaderLines));
  }
  for (std::size_t index = kHeaderLines; index < list.size(); ++index) {
    const auto words = list.words(index, result.attribute_names.size() + 1);
    if (!is_plain_file_name(words[0])) {
      list.fail(index, "does not begin with the name of a file");
    }
    result.files.add(words[0]);
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i] != "1" && words[i] != "-1") {
        list.fail(index, fmt::format("has neither 1 nor -1 for {}", result.attribute_names[i - 1]));
      }
      result.attributes.push_back(words[i] == "1" ? 1 : 0);
    }
  }
}

void read_partition(const List& list, CelebaLists& result) {
  for (std::size_t index = 0; index < list.size(); ++index) {
    const auto words = list.words(index, 2);
    if (std::ssize(result.partition) == result.files.size() ||
        words[0] != result.files[static_cast<std::int64_t>(index)]) {
      list.fail(index, "is not for the file that the list of attributes has next");
    }
    std::int64_t split = 0;
    if (!parse_integer(words[1], split) || split < 0 || split > 2) {
      list.fail(index, "has a split that is not 0, 1 or 2");
    }
    result.partition.push_back(static_cast<std::uint8_t>(split));
  }
  if (std::ssize(result.partition) != result.files.size()) {
    list.fail(list.size(),
              fmt::format("is missing: the list of attributes has {} files", result.files.size()));
  }
}

}  // namespace

CelebaLists read_celeba_lists(const fs::path& attributes, const fs::path& partition) {
  CelebaLists result;
  read_attributes(List(attributes), result);
  read_partition(List(partition), result);
  return result;
}

}  // namespace ndbench
