#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/record.h"

namespace ndbench {

/// Bumped on any change of a record's JSON form; results/record.schema.json describes it.
inline constexpr int kRecordVersion = 5;

/// The record as one strict JSON object: NaN and infinity are null, invalid UTF-8 is replaced. What
/// it holds in bulk is left to its side files (side_files.h).
/// @param target  target_fingerprint()
[[nodiscard]] nlohmann::json to_json(const Record& record, const std::string& target);

/// The record that was written so, of a cell of that name; null is NaN.
/// @throws ndbench::Error naming what of it is missing or of another type.
[[nodiscard]] Record record_from_json(const nlohmann::json& object, const Cell& cell);

}  // namespace ndbench
