#pragma once

#include <string>
#include <vector>

#include "core/fitness.h"

namespace ndbench {

/// Who else uses the processors, and how much of them there is.
[[nodiscard]] std::vector<Check> contention_checks(const HostFacts& facts,
                                                   const HostActivity& activity);

/// How steady the processors and the clock are.
[[nodiscard]] std::vector<Check> processor_checks(const HostFacts& facts,
                                                  const HostActivity& activity);

/// Memory, files and settings around a run.
[[nodiscard]] std::vector<Check> surroundings_checks(const HostFacts& facts,
                                                     const HostActivity& activity);

/// The worse of the two thresholds that `value` reaches.
[[nodiscard]] Fitness grade(double value, double warn, double unfit);

/// The same where less is worse, and a value at the threshold still good.
[[nodiscard]] Fitness grade_low(double value, double warn, double unfit);

/// "1 core", "2 cores"
[[nodiscard]] std::string plural(double count, const char* noun);

/// `advice` for what is worth one.
[[nodiscard]] std::string advice_unless_ok(Fitness status, const char* advice);

}  // namespace ndbench
