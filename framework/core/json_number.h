#pragma once

#include <fmt/format.h>

#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {

/// A number that was written strictly: null stands for NaN.
inline double number(const nlohmann::json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

inline std::vector<double> numbers(const nlohmann::json& values) {
  std::vector<double> result;
  for (const nlohmann::json& value : values) result.push_back(number(value));
  return result;
}

/// The integer that `value` is. The library casts, whatever is lost by it: 2^32 + 1 becomes one,
/// and a fraction beyond all integers is undefined.
/// @throws ndbench::Error if it is none that fits.
template <std::integral Value>
[[nodiscard]] Value whole_number(const nlohmann::json& value) {
  const bool fits =
      value.is_number_unsigned()
          ? std::in_range<Value>(value.get<std::uint64_t>())
          : value.is_number_integer() && std::in_range<Value>(value.get<std::int64_t>());
  if (!fits) {
    throw Error(fmt::format("{} is not an integer from {} to {}", value.type_name(),
                            std::numeric_limits<Value>::min(), std::numeric_limits<Value>::max()));
  }
  return value.get<Value>();
}

/// A member of `object` as an integer of the type that it is assigned to.
class WholeNumber {
 public:
  WholeNumber(const nlohmann::json& object, const char* key) : value_(object.at(key)) {}

  template <std::integral Value>
  operator Value() const {  // NOLINT(google-explicit-constructor): that is what it is for
    return whole_number<Value>(value_);
  }

 private:
  const nlohmann::json& value_;
};

/// The same, or `otherwise` where there is no such member.
template <std::integral Value>
[[nodiscard]] Value whole_number(const nlohmann::json& object, const char* key, Value otherwise) {
  return object.contains(key) ? whole_number<Value>(object.at(key)) : otherwise;
}

}  // namespace ndbench
