#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

// What tests/reference/statistics_vectors.py worked out with SciPy.
namespace ndbench {

/// The cases of one family; a failed test and none if the file has none.
inline nlohmann::json statistics_vectors(const std::string& family) {
  std::ifstream file(NDBENCH_TEST_VECTORS);
  const nlohmann::json all = nlohmann::json::parse(file, nullptr, false);
  if (!all.is_object() || !all.contains(family) || all.at(family).empty()) {
    ADD_FAILURE() << NDBENCH_TEST_VECTORS << " has no " << family;
    return nlohmann::json::array();
  }
  return all.at(family);
}

template <typename Value = double>
std::vector<Value> numbers(const nlohmann::json& values) {
  return values.get<std::vector<Value>>();
}

/// To a relative 1e-10; what is expected to be 0 to 1e-15.
inline void expect_agrees(double value, const nlohmann::json& expected, const std::string& what) {
  const double number = expected.get<double>();
  if (number == 0.0) {
    EXPECT_NEAR(value, 0.0, 1e-15) << what;
  } else {
    EXPECT_NEAR(value / number, 1.0, 1e-10) << what << ": " << value << ", SciPy: " << number;
  }
}

}  // namespace ndbench
