#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

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

}  // namespace ndbench
