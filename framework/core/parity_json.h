#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/parity.h"

namespace ndbench {

/// A line of the journal; results/parity.schema.json describes it.
[[nodiscard]] nlohmann::json to_json(const Parity& parity);

/// What was written so; null is NaN.
/// @throws ndbench::Error if it is anything else.
[[nodiscard]] Parity parity_from_json(const nlohmann::json& object);

}  // namespace ndbench
