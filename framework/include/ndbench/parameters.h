#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {

/// A value as a suite spells it. Numbers keep the type of the parameter's default.
using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;

/// One key that a model accepts in its `[[model]]` table.
///
/// The host checks a suite against these before anything runs: the type is the default's type,
/// numbers must lie in [minimum, maximum], strings must be one of `choices` unless that is empty.
struct Parameter {
  std::string name;
  ParameterValue default_value;
  std::string summary;  ///< one line, with the unit
  double minimum = std::numeric_limits<double>::lowest();
  double maximum = std::numeric_limits<double>::max();
  std::vector<std::string> choices{};
};

/// Every parameter that a model declared, with the suite's value or the default.
class NDBENCH_API Parameters {
 public:
  Parameters() = default;
  explicit Parameters(std::map<std::string, ParameterValue> values);
  ~Parameters();
  Parameters(const Parameters&) = default;
  Parameters& operator=(const Parameters&) = default;
  Parameters(Parameters&&) = default;
  Parameters& operator=(Parameters&&) = default;

  /// @throws ndbench::Error if the model did not declare `name` with this type.
  [[nodiscard]] bool boolean(const std::string& name) const;
  [[nodiscard]] std::int64_t integer(const std::string& name) const;
  [[nodiscard]] double real(const std::string& name) const;
  [[nodiscard]] const std::string& text(const std::string& name) const;

  [[nodiscard]] const std::map<std::string, ParameterValue>& values() const { return values_; }

 private:
  std::map<std::string, ParameterValue> values_;
};

}  // namespace ndbench
