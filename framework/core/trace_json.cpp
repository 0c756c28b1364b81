#include "core/trace_json.h"

#include <nlohmann/json.hpp>

#include "core/json_number.h"

namespace ndbench {
namespace {

using nlohmann::json;

json to_json(const Difference& difference) {
  return {{"elements", difference.elements},
          {"differing", difference.differing},
          {"v_c", difference.v_c},
          {"v_ermv", difference.v_ermv},
          {"unbounded", difference.unbounded},
          {"distance", difference.distance},
          {"normalized_distance", difference.normalized_distance}};
}

json to_json(const TracePoint& point) {
  json object{{"step", point.step}, {"state_hash", point.state_hash}};
  if (!point.input_hash.empty()) object["input_hash"] = point.input_hash;
  for (const auto& [kind, difference] : point.differences) {
    object["differences"][kind] = to_json(difference);
  }
  if (!point.not_compared.empty()) object["not_compared"] = point.not_compared;
  return object;
}

Difference difference_from_json(const json& object) {
  return {.elements = WholeNumber(object, "elements"),
          .differing = WholeNumber(object, "differing"),
          .v_c = number(object.at("v_c")),
          .v_ermv = number(object.at("v_ermv")),
          .unbounded = WholeNumber(object, "unbounded"),
          .distance = number(object.at("distance")),
          .normalized_distance = number(object.at("normalized_distance"))};
}

}  // namespace

json to_json(const std::vector<TracePoint>& trace) {
  json points = json::array();
  for (const TracePoint& point : trace) points.push_back(to_json(point));
  return points;
}

std::vector<TracePoint> trace_from_json(const json& points) {
  std::vector<TracePoint> trace;
  for (const json& object : points) {
    TracePoint point{.step = WholeNumber(object, "step"),
                     .state_hash = object.at("state_hash"),
                     .input_hash = object.value("input_hash", ""),
                     .not_compared = object.value("not_compared", "")};
    const auto differences = object.find("differences");
    if (differences != object.end()) {
      for (const auto& [kind, difference] : differences->items()) {
        point.differences.emplace(kind, difference_from_json(difference));
      }
    }
    trace.push_back(std::move(point));
  }
  return trace;
}

}  // namespace ndbench
