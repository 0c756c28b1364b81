#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace ndbench {

/// A variable of this process that has another value while this object lives.
class EnvironmentVariable {
 public:
  /// A null `value` unsets it.
  EnvironmentVariable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    assign(value);
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;
  ~EnvironmentVariable() { assign(before_ ? before_->c_str() : nullptr); }

 private:
  void assign(const char* value) const {
    if (value != nullptr) {
      ::setenv(name_, value, 1);
    } else {
      ::unsetenv(name_);
    }
  }

  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace ndbench
