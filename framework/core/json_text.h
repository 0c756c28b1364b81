#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace ndbench {

/// JSON that every reader accepts and every terminal may show: all that is not ASCII is escaped,
/// NaN and infinity are null, bytes that are not UTF-8 become U+FFFD.
/// @param indent  spaces for each level; -1 for one line.
[[nodiscard]] std::string json_text(const nlohmann::json& value, int indent = -1);
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace ndbench
