#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <type_traits>
#include <utility>

#include "core/printable.h"
#include "core/spelling.h"
#include "core/suite.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

bool is_number(const ParameterValue& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

double as_double(const ParameterValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
}

std::string show(const ParameterValue& value) {
  return std::visit(
      [](const auto& held) {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::string>) {
          return fmt::format("'{}'", printable(held));
        } else {
          return fmt::format("{}", held);
        }
      },
      value);
}

/// "an integer from 1 to 1000", "one of 'sgd', 'adam'".
std::string expectation(const Parameter& parameter) {
  if (std::holds_alternative<bool>(parameter.default_value)) return "true or false";
  if (!is_number(parameter.default_value)) {
    return parameter.choices.empty() ? "a string" : "one of " + quoted(parameter.choices);
  }
  const bool whole = std::holds_alternative<std::int64_t>(parameter.default_value);
  const bool has_minimum = parameter.minimum > std::numeric_limits<double>::lowest();
  const bool has_maximum = parameter.maximum < std::numeric_limits<double>::max();
  std::string text = whole ? "an integer" : "a finite number";
  if (has_minimum) text += fmt::format(" from {}", parameter.minimum);
  if (has_maximum) text += fmt::format("{} {}", has_minimum ? " to" : " up to", parameter.maximum);
  return text;
}

/// An integer becomes a real number where one is declared; the rest stays as it is.
ParameterValue widened(const Parameter& parameter, const ParameterValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  const bool real = std::holds_alternative<double>(parameter.default_value);
  return integer != nullptr && real ? ParameterValue(static_cast<double>(*integer)) : value;
}

bool allows(const Parameter& parameter, const ParameterValue& value) {
  if (value.index() != parameter.default_value.index()) return false;
  if (is_number(value)) {
    // NaN compares false.
    const double number = as_double(value);
    return number >= parameter.minimum && number <= parameter.maximum;
  }
  const auto* text = std::get_if<std::string>(&value);
  const auto& choices = parameter.choices;
  return text == nullptr || choices.empty() ||
         std::find(choices.begin(), choices.end(), *text) != choices.end();
}

}  // namespace

Parameters resolve_parameters(const ModelEntry& model, const std::vector<Parameter>& declared) {
  std::map<std::string, ParameterValue> values;
  std::vector<std::string> names;
  for (const Parameter& parameter : declared) {
    values[parameter.name] = parameter.default_value;
    names.push_back(parameter.name);
  }
  for (const GivenParameter& given : model.parameters) {
    const auto has_name = [&given](const Parameter& p) { return p.name == given.name; };
    const auto parameter = std::find_if(declared.begin(), declared.end(), has_name);
    if (parameter == declared.end()) {
      throw Error(fmt::format("{}: model '{}' (plugin '{}') has no parameter '{}'{}; accepted: {}",
                              given.position.text(), model.name, model.plugin,
                              printable(given.name), did_you_mean(given.name, names),
                              names.empty() ? "none" : quoted(names)));
    }
    ParameterValue value = widened(*parameter, given.value);
    if (!allows(*parameter, value)) {
      const auto* word = std::get_if<std::string>(&given.value);
      throw Error(fmt::format("{}: parameter '{}' of model '{}' is {}; it must be {}{}",
                              given.position.text(), given.name, model.name, show(given.value),
                              expectation(*parameter),
                              word != nullptr ? did_you_mean(*word, parameter->choices) : ""));
    }
    values[given.name] = std::move(value);
  }
  return Parameters(std::move(values));
}

}  // namespace ndbench
