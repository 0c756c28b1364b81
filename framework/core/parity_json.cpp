#include "core/parity_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/json_number.h"
#include "core/record_json.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kStatus{"passed", "failed", "unchecked"};

json to_json(const Deviance& deviance) {
  return {{"error", deviance.error}, {"bound", deviance.bound}};
}

Deviance deviance(const json& object) {
  return {number(object.at("error")), number(object.at("bound"))};
}

Parity read(const json& object) {
  const auto* status =
      std::find(kStatus.begin(), kStatus.end(), object.at("status").get<std::string>());
  if (status == kStatus.end()) throw Error("a parity line of an unknown status");
  Parity parity{.model = object.at("model"),
                .backend = object.at("backend"),
                .status = static_cast<Parity::Status>(status - kStatus.begin()),
                .reason = object.value("reason", ""),
                .precision = object.at("precision"),
                .perturbations = WholeNumber(object, "perturbations"),
                .attempts = whole_number(object, "attempts", 1),
                .seconds = object.at("seconds")};
  for (const json& step : object.at("steps")) {
    parity.steps.push_back({.step = WholeNumber(step, "step"),
                            .loss = deviance(step.at("loss")),
                            .gradient = deviance(step.at("gradient")),
                            .outputs = deviance(step.at("outputs")),
                            .worst = step.at("worst"),
                            .worst_error = number(step.at("worst_error"))});
  }
  return parity;
}

}  // namespace

json to_json(const Parity& parity) {
  json steps = json::array();
  for (const ParityStep& step : parity.steps) {
    steps.push_back({{"step", step.step},
                     {"loss", to_json(step.loss)},
                     {"gradient", to_json(step.gradient)},
                     {"outputs", to_json(step.outputs)},
                     {"worst", step.worst},
                     {"worst_error", step.worst_error}});
  }
  json object{{"version", kRecordVersion},
              {"type", "parity"},
              {"model", parity.model},
              {"backend", parity.backend},
              {"status", kStatus.at(static_cast<std::size_t>(parity.status))},
              {"precision", parity.precision},
              {"steps", std::move(steps)},
              {"perturbations", parity.perturbations},
              {"seconds", parity.seconds}};
  if (parity.attempts > 1) object["attempts"] = parity.attempts;
  if (!parity.reason.empty()) object["reason"] = parity.reason;
  return object;
}

Parity parity_from_json(const json& object) {
  try {
    return read(object);
  } catch (const json::exception& error) {
    throw Error(fmt::format("a parity line is not as it should be: {}", error.what()));
  }
}

}  // namespace ndbench
