#include <nlohmann/json.hpp>

#include "core/comparison_text.h"

namespace ndbench {
namespace {

using nlohmann::json;

const char* key_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::kCost:
      return "time";
    case Quantity::kBits:
      return "bits";
    case Quantity::kResult:
      return "result";
    case Quantity::kSpread:
      return "spread";
    case Quantity::kBenchmark:
      return "all";
  }
  return "";
}

json to_json(const ComparedRun& run) {
  return {{"source", run.source},
          {"run", run.id.empty() ? json() : json(run.id)},
          {"words", run.words},
          {"complete", run.is_complete},
          {"replicas_are_processes", run.replicas_are_processes}};
}

json to_json(const Change& change) {
  json object{{"benchmark", change.benchmark},
              {"quantity", key_of(change.quantity)},
              {"verdict", to_string(change.quantity, change.verdict)},
              {"reason", change.words}};
  if (!change.unlike.empty()) object["targets_differ"] = change.unlike;
  if (change.quantity == Quantity::kBenchmark) return object;
  object["replicas"] = {change.replicas_a, change.replicas_b};
  if (change.quantity == Quantity::kBits) return object;
  if (!change.metric.empty()) object["metric"] = change.metric;
  object["a"] = change.a;
  object["b"] = change.b;
  object[change.quantity == Quantity::kResult ? "difference" : "ratio"] = change.change;
  object["interval"] = {change.interval.low, change.interval.high};
  object["p"] = change.p;
  object["p_apart"] = change.p_apart;
  return object;
}

}  // namespace

json comparison_json(const RunComparison& comparison) {
  json changes = json::array();
  for (const Change& change : comparison.changes) changes.push_back(to_json(change));
  return {{"version", kComparisonVersion},     {"a", to_json(comparison.a)},
          {"b", to_json(comparison.b)},        {"threshold", comparison.rules.threshold},
          {"unlike", comparison.rules.unlike}, {"changes", std::move(changes)},
          {"only_a", comparison.only_a},       {"only_b", comparison.only_b},
          {"notes", comparison.notes()}};
}

}  // namespace ndbench
