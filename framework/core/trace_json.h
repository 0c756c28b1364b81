#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "core/trace_point.h"

namespace ndbench {

[[nodiscard]] nlohmann::json to_json(const std::vector<TracePoint>& trace);

/// null is NaN.
/// @throws nlohmann::json::exception for anything but what to_json() makes.
[[nodiscard]] std::vector<TracePoint> trace_from_json(const nlohmann::json& points);

}  // namespace ndbench
