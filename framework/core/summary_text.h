#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/summary.h"

// How the tables of a summary spell its numbers, on a terminal and in Markdown.
namespace ndbench {

/// A share as signed per cent, at most 6 characters: "+0.7", "-12.0", "+1e+05".
[[nodiscard]] std::string percent(double share);

/// Four decimals, or two digits where those would show none: "0.0041", "5.2e-05", "0"; "" for NaN.
[[nodiscard]] std::string number_text(double value);

/// The same with a sign: "+0.0012".
[[nodiscard]] std::string signed_text(double value);

/// " [0.0028, 0.0075]"; "" for one that is NaN. With `decimals` where the scale is known.
[[nodiscard]] std::string interval_text(const Interval& interval, int decimals = -1);

/// "= 0.43", "= 0.0031", "< 0.0001".
[[nodiscard]] std::string probability_text(double p);

/// "0.4530 ± 0.1042"; without the deviation for one replica, empty for a step.
[[nodiscard]] std::string quality_text(const ModeSummary& mode);

/// "+6.5 % [+5.6, +7.3]"; without the interval for too few pairs.
[[nodiscard]] std::string overhead_text(const Ratio& cost);

/// The metric of a group's results; "" for steps.
[[nodiscard]] std::string metric_of(const GroupSummary& group);

/// The verdicts and the further results: "bit-identical over 3 replicas; ratio_to_last_frame 0.62".
[[nodiscard]] std::string verdict_text(const ModeSummary& mode);

/// The first 8 digits of a target's fingerprint.
[[nodiscard]] std::string short_target(const std::string& target);

/// "AMD EPYC, 2 cores".
[[nodiscard]] std::string machine_text(const Machine& machine);

/// `text` made safe to print, with nothing cut.
[[nodiscard]] std::string plain(std::string_view text);

}  // namespace ndbench
