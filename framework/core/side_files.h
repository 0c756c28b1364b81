#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "core/journal.h"
#include "core/record.h"

namespace ndbench {

/// Writes what a record holds in bulk into files beside the journal, and returns once they are on
/// the disk. <name> is the cell's with dots for slashes; all are gzip files:
///
/// arrays/<name>.<replica>.predictions.npy.gz  int32 [epochs, decisions]
/// arrays/<name>.<replica>.targets.npy.gz      int32 [1, decisions]
/// arrays/<name>.<replica>.logits.npy.gz       float32 [examples, classes], of the last epoch
/// traces/<name>.<replica>.json.gz             `trace` and the `tensor_hashes` of the final state
///
/// @return the member `files` of the record's line: by kind the file, the XXH3-128 of what it holds
///         and the shape of an array. Empty for a record without any.
/// @throws ResultsError
[[nodiscard]] nlohmann::json store_side_files(const Journal& journal, const Record& record);

/// Puts what `files` names back into the record.
/// @throws ndbench::Error naming the file that is missing, damaged or not of this record.
void load_side_files(const std::filesystem::path& folder, const nlohmann::json& files,
                     Record& record);

/// Removes side files that no line names: what was written for a line that was not.
/// @param named  paths in the folder, as in `files`
void remove_other_side_files(const std::filesystem::path& folder,
                             const std::set<std::string>& named);

}  // namespace ndbench
