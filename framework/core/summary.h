#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/disturbance.h"
#include "core/divergence.h"
#include "core/knob_costs.h"
#include "core/machine.h"
#include "core/mode_comparison.h"
#include "core/noise_shares.h"
#include "core/paired_ratio.h"
#include "core/parity.h"
#include "core/record.h"
#include "core/replica_plan.h"
#include "core/spread.h"

namespace ndbench {

/// What the replicas of one cell say together.
struct ModeSummary {
  std::string mode;
  bool must_repeat = false;
  std::size_t replicas = 0;               ///< that passed, or failed only by differing from another
  double samples_per_second = 0.0;        ///< median over the replicas
  double replica_seconds = 0.0;           ///< median over the replicas, loading included
  std::optional<Spread> spread{};         ///< of an epoch cell
  std::map<std::string, double> other{};  ///< further results, each as its mean over the replicas
  std::size_t distinct_states = 0;
  std::optional<Ratio> cost{};  ///< time against the reference mode's; not for that one itself
  bool times_compare = true;    ///< replicas ran one after the other
  bool goes_through_environments = false;  ///< replicas are no random sample
  std::string hashes{};                    ///< what they show about the mode, in words; may be ""
  Divergence divergence{};                 ///< where replicas part
  std::vector<std::string> verdicts{};     ///< in words, each a part of one sentence

  /// Two or more replicas, and all ended in the same bits.
  [[nodiscard]] bool is_one_draw() const { return replicas > 1 && distinct_states == 1; }
};

/// Cost and spread side by side, for one model on one backend at one scope.
struct GroupSummary {
  std::string name;  ///< "resnet8/onednn/epoch"
  std::string model;
  std::string backend;
  std::string scope;
  std::string target{};     ///< fingerprint; "" if nothing passed
  std::string reference{};  ///< the mode that costs are relative to
  std::vector<ModeSummary> modes{};
  std::vector<Comparison> comparisons{};  ///< of the results of each mode with the reference's
  std::optional<NoiseShares> shares{};    ///< where noisy, algo and impl were measured
  Disturbance disturbance{};              ///< of the blocks of steps
  std::vector<KnobCosts> knob_costs{};    ///< where the suite asks for them
  ReplicaPlan plan{};                     ///< what more replicas would take
  std::string problem{};                  ///< why nothing was measured, if nothing was
};

/// The results of one model on two backends in one mode.
struct BackendComparison {
  std::string model;
  std::string metric;
  Comparison comparison{};
  Parity parity{};  ///< the worse one of the two

  /// A software difference was found: nothing is blamed on noise or hardware.
  [[nodiscard]] bool is_void() const { return parity.status == Parity::Status::kFailed; }
};

struct Summary {
  std::vector<GroupSummary> groups{};
  std::vector<BackendComparison> backends{};
  std::size_t verdicts = 0;      ///< judged at 5 %: at most one of twenty errs by chance
  std::vector<Parity> failed{};  ///< models and backends that are not measured: software differs
  std::size_t retried = 0;       ///< replicas that took more than one attempt
};

/// "2 replicas took more than one attempt, …"; "" for none.
[[nodiscard]] std::string retried_text(std::size_t retried);

struct SummaryOptions {
  std::optional<double> target{};  ///< the suite's, of quality in an epoch cell
  double precision = 0.02;         ///< half-width at which a cost is known well enough
  std::map<std::pair<std::string, std::string>, Parity> parity{};  ///< by model and backend
};

/// Groups records, in their order, and computes all that is derived from them.
///
/// Costs are paired by replica: the replicas of a group with one number were measured together.
/// The reference is the mode `noisy`, or else the first with tooling as shipped, or the first.
/// Backends are compared with the first, in the mode `noisy` or else the first whose seeds vary.
[[nodiscard]] Summary summarize(const std::vector<const Record*>& records, const Machine& machine,
                                const SummaryOptions& options = {});
[[nodiscard]] Summary summarize(const std::vector<Record>& records, const Machine& machine,
                                const SummaryOptions& options = {});

/// A table for a terminal of 80 columns; wider for modes with names over 9 characters.
[[nodiscard]] std::string console_summary(const Summary& summary, const Machine& machine);

/// The same and more as a Markdown page, with `command` as the line that reproduces it.
[[nodiscard]] std::string markdown_summary(const Summary& summary, const Machine& machine,
                                           const std::string& command);

/// Bumped on any change of the form of summary.json; results/README.md describes it.
inline constexpr int kSummaryVersion = 1;

/// All that is derived, for scripts. Strict when written by json_text(): NaN is null.
[[nodiscard]] nlohmann::json summary_json(const Summary& summary, const Machine& machine,
                                          const std::string& command);

}  // namespace ndbench
