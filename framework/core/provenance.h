#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/machine.h"
#include "core/record.h"
#include "core/suite.h"

namespace ndbench {

/// What every record of a run shares: time of the start, build, machine, environment, suite,
/// command.
///
/// `command` is what the user typed; with the seeds of a record it reproduces the row.
[[nodiscard]] nlohmann::json provenance(const Machine& machine, const Suite& suite,
                                        const std::string& command);

/// The machine that provenance() was told of.
/// @throws nlohmann::json::exception, ndbench::Error if it is not as provenance() has it.
[[nodiscard]] Machine machine_of(const nlohmann::json& provenance);

/// What decides what may be compared: the CPU model and flags, the cores, the libraries in the
/// record's worker, its threads in force, its environment as far as that is not what a mode is
/// about, and its GPU with the driver and libraries.
[[nodiscard]] nlohmann::json target_identity(const Machine& machine, const Record& record);

/// Its fingerprint: 16 hexadecimal digits of XXH3-64.
[[nodiscard]] std::string target_fingerprint(const Machine& machine, const Record& record);

}  // namespace ndbench
