#include "core/verdicts.h"

#include <fmt/format.h>

#include <cmath>

#include "core/summary_text.h"

namespace ndbench {
namespace {

std::string replicas_text(std::size_t count) {
  return fmt::format("{} replica{}", count, count == 1 ? "" : "s");
}

/// "differs (p = 0.003)", "within noise (p = 0.4)", "not judged: 3 replicas …".
std::string judged_words(const Judged& judged, const char* differs = "differs",
                         const std::string& within = "within noise") {
  if (judged.judgement == Judgement::kRefused) return "not judged: " + judged.refusal;
  return fmt::format("{} (p {})",
                     judged.judgement == Judgement::kDiffers ? differs : within.c_str(),
                     probability_text(judged.test.p));
}

std::string detectable_words(const Comparison& comparison) {
  return fmt::format("within noise, which hides less than {}", number_text(comparison.detectable));
}

/// "; +0.12 epochs to the target, not slower (p = 0.3)"; "" where the reason was given before.
std::string epochs_words(const Comparison& comparison) {
  const Judged& judged = comparison.convergence;
  const bool is_said =
      judged.judgement == Judgement::kRefused && judged.refusal == comparison.means.refusal;
  if (is_said) return "";
  const std::string more = std::isnan(*comparison.more_epochs)
                               ? "epochs"
                               : fmt::format("{:+.2f} epochs", *comparison.more_epochs);
  return fmt::format("; {} to the target, {}", more, judged_words(judged, "slower", "not slower"));
}

std::string superiority_text(const Comparison& comparison) {
  const Superiority& superiority = comparison.superiority;
  if (std::isnan(superiority.probability)) return "";
  return fmt::format("P({} > {}) {:.2f}{}", comparison.a, comparison.b, superiority.probability,
                     interval_text(superiority.interval, 2));
}

}  // namespace

std::string state_words(const ModeSummary& mode) {
  if (mode.replicas < 2) return "repetition not proven: one replica";
  if (!mode.hashes.empty()) return mode.hashes;
  if (mode.distinct_states == 1) {
    return fmt::format("bit-identical over {} replicas (at most {:.0f} % can differ)",
                       mode.replicas, std::ceil(100.0 * differing_share_bound(mode.replicas)));
  }
  return fmt::format("{}{} states in {} replicas", mode.must_repeat ? "BREACHED: " : "",
                     mode.distinct_states, mode.replicas);
}

std::string cost_words(const Ratio& cost, const std::string& reference) {
  const std::string detectable =
      fmt::format("(detectable from {} %)", percent(cost.minimum_detectable_effect));
  const std::string size = fmt::format("{:.1f} %", 100.0 * std::abs(cost.overhead()));
  switch (verdict_of(cost)) {
    case CostVerdict::kRefused:
      return fmt::format("cost against {} not judged: {} pair{}, it takes {}", reference,
                         cost.pairs, cost.pairs == 1 ? "" : "s", kFewestForMedian);
    case CostVerdict::kNone:
      return fmt::format("no measurable cost against {} {}", reference, detectable);
    case CostVerdict::kInconclusive:
      return fmt::format("cost against {} inconclusive: {} %, below what is detectable {}",
                         reference, percent(cost.overhead()), detectable);
    case CostVerdict::kCosts:
      return fmt::format("costs {} of {}'s time {}", size, reference, detectable);
    case CostVerdict::kSaves:
      return fmt::format("saves {} of {}'s time {}", size, reference, detectable);
  }
  return "";
}

std::string method_words(const Deviation& deviation) {
  if (std::isnan(deviation.interval.low)) return "";
  if (!deviation.is_bootstrap) return "chi-square";
  return fmt::format("bootstrap, {:.0f} % for normal values", 100.0 * deviation.coverage);
}

std::string spread_words(const ModeSummary& mode) {
  if (!mode.spread || mode.replicas < 2 || mode.is_one_draw()) return "";
  const Deviation& deviation = mode.spread->quality.deviation;
  if (mode.goes_through_environments) {
    return fmt::format("range {} over the environments", number_text(mode.spread->quality.range));
  }
  if (mode.replicas < kFewestForSpread) {
    return fmt::format("{}: too few to judge the spread, it takes {}", replicas_text(mode.replicas),
                       kFewestForSpread);
  }
  if (deviation.value == 0.0) return "no spread seen";
  if (std::isnan(deviation.interval.low)) {
    return fmt::format("std {}, no interval: too few different results",
                       number_text(deviation.value));
  }
  return fmt::format("std {}{} by {}", number_text(deviation.value),
                     interval_text(deviation.interval), method_words(deviation));
}

std::vector<std::string> verdicts_of_mode(const ModeSummary& mode, const std::string& reference) {
  std::vector<std::string> verdicts{state_words(mode)};
  if (!mode.divergence.partings.empty()) verdicts.push_back(divergence_text(mode.divergence));
  if (mode.cost) {
    verdicts.push_back(cost_words(*mode.cost, reference));
  } else if (!mode.times_compare && mode.mode != reference) {
    verdicts.push_back("times not compared: replicas ran side by side");
  }
  if (std::string words = spread_words(mode); !words.empty()) verdicts.push_back(std::move(words));
  return verdicts;
}

std::string comparison_words(const Comparison& comparison) {
  std::string text = fmt::format("{} against {}: ", comparison.a, comparison.b);
  if (comparison.is_same) return text + "each replica has the same result in both";
  // One reason that holds for everything is said once.
  if (comparison.means.judgement == Judgement::kRefused &&
      comparison.means.refusal == comparison.deviations.refusal) {
    return text + "not compared: " + comparison.means.refusal;
  }
  if (!std::isnan(comparison.deviation_ratio)) {
    text += fmt::format("{:.2f} of its std, {}; ", comparison.deviation_ratio,
                        judged_words(comparison.deviations));
  }
  text += fmt::format("mean {}, {}", signed_text(comparison.difference),
                      judged_words(comparison.means, "differs", detectable_words(comparison)));
  if (comparison.means.judgement != Judgement::kRefused) {
    text += "; " + superiority_text(comparison);
  }
  if (comparison.more_epochs) text += epochs_words(comparison);
  return text;
}

std::string backend_words(const BackendComparison& backends) {
  const Comparison& comparison = backends.comparison;
  std::string text = fmt::format("{} and {} in {}: ", comparison.a, comparison.b, comparison.mode);
  if (backends.is_void()) {
    return text + "parity failed: software difference" +
           (backends.parity.reason.empty() ? "" : fmt::format(" ({})", backends.parity.reason));
  }
  text += fmt::format(
      "{} differs by {}: {}", backends.metric, signed_text(comparison.difference),
      judged_words(comparison.means, "differs beyond noise", detectable_words(comparison)));
  if (comparison.means.judgement != Judgement::kRefused) {
    text += "; " + superiority_text(comparison);
  }
  if (!std::isnan(comparison.deviation_ratio)) {
    text += fmt::format("; std ratio {:.2f}", comparison.deviation_ratio);
    if (comparison.deviations.judgement != Judgement::kRefused) {
      text += ", " + judged_words(comparison.deviations);
    }
  }
  if (comparison.more_epochs) text += epochs_words(comparison);
  if (backends.parity.status == Parity::Status::kPassed) return text + "; parity passed";
  return text + "; parity not checked, so a difference may be software's";
}

std::string shares_words(const NoiseShares& shares) {
  return fmt::format(
      "tooling alone has {:.2f} of noisy's std (IMPL/ALL), seeds alone {:.2f}; interaction of the "
      "two {:+.2f}{} of its variance{}{}",
      shares.impl_over_all, shares.algo_over_all, shares.interaction,
      interval_text(shares.interval, 2),
      std::isnan(shares.interval.low)
          ? ""
          : fmt::format(" (bootstrap, {:.0f} % for normal values)", 100.0 * shares.coverage),
      shares.replicas < kFewestForSpread
          ? fmt::format(", not judged: {}, it takes {}", replicas_text(shares.replicas),
                        kFewestForSpread)
          : "");
}

std::string multiplicity_words(const Summary& summary) {
  if (summary.verdicts == 0) return "";
  return fmt::format(
      "{} verdict{} at 95 % above: where nothing differs, at most about {:.1f} would say otherwise "
      "by chance.",
      summary.verdicts, summary.verdicts == 1 ? "" : "s",
      0.05 * static_cast<double>(summary.verdicts));
}

}  // namespace ndbench
