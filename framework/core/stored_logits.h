#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/journal.h"
#include "core/record.h"

namespace ndbench {

/// Writes the logits of a record's last evaluation as a NumPy file beside the journal,
/// "logits/<name with dots for slashes>.<replica>.npy", and returns once it is on the disk.
/// @return what the record says of it: file, hash, shape; null for a record without logits.
/// @throws ResultsError
[[nodiscard]] nlohmann::json store_logits(const Journal& journal, const Record& record);

}  // namespace ndbench
