#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/exit_code.h"
#include "core/plan.h"
#include "core/roster.h"
#include "core/suite.h"

namespace ndbench {

/// The first line of a journal: what is measured, by which programs, where and by whose command.
/// `provenance` is as of provenance().
[[nodiscard]] nlohmann::json run_header(const Suite& suite, const Plan& plan, const Roster& roster,
                                        const std::vector<std::string>& arguments,
                                        const nlohmann::json& provenance);

/// The line of a journal where a run goes on.
[[nodiscard]] nlohmann::json resume_line(const nlohmann::json& provenance);

/// The last line of a run that came to its end or was ended politely.
[[nodiscard]] nlohmann::json end_line(bool complete, const ExitCodes& codes);

/// The flags that say where the run's plugins and data were, with absolute folders: what it takes
/// to measure again what it measured. None where the header does not tell.
[[nodiscard]] std::vector<std::string> place_flags(const nlohmann::json& header);

/// What of suite, plan, programs, plugins or machine is another now than in the header of an
/// interrupted run, in words: "the suite 'x.toml' has changed"; "" if a row measured now belongs
/// beside those measured then.
[[nodiscard]] std::string difference_of(const nlohmann::json& recorded, const nlohmann::json& now);

}  // namespace ndbench
