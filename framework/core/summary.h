#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/machine.h"
#include "core/paired_ratio.h"
#include "core/record.h"

namespace ndbench {

/// What the replicas of one cell say together.
struct ModeSummary {
  std::string mode;
  bool must_repeat = false;
  std::size_t replicas = 0;         ///< that passed, or failed only by differing from another
  double samples_per_second = 0.0;  ///< median over the replicas
  std::string metric;               ///< empty for a step
  bool higher_is_better = true;
  double quality_mean = 0.0;
  double quality_deviation = 0.0;       ///< sample standard deviation; NaN for one replica
  std::map<std::string, double> other;  ///< further results, each as its mean over the replicas
  std::size_t distinct_states = 0;
  std::optional<Ratio> cost;  ///< time against the reference mode's; not for that one itself
  std::string verdict;        ///< in words
};

/// Cost and spread side by side, for one model on one backend at one scope.
struct GroupSummary {
  std::string name;  ///< "resnet8/onednn/epoch"
  std::string model;
  std::string backend;
  std::string scope;
  std::string target;     ///< fingerprint; "" if nothing passed
  std::string reference;  ///< the mode that costs are relative to
  std::vector<ModeSummary> modes;
  std::string problem;  ///< why nothing was measured, if nothing was
};

/// Groups records, in their order, and computes all that is derived from them.
///
/// Costs are paired by replica: the replicas of a group with one number were measured together.
/// The reference is the mode `noisy`, or else the first with tooling as shipped, or the first.
[[nodiscard]] std::vector<GroupSummary> summarize(const std::vector<Record>& records,
                                                  const Machine& machine);

/// A table for a terminal of 80 columns; wider for modes with names over 9 characters.
[[nodiscard]] std::string console_summary(const std::vector<GroupSummary>& groups,
                                          const Machine& machine);

/// The same as a Markdown page, with `command` as the line that reproduces it.
[[nodiscard]] std::string markdown_summary(const std::vector<GroupSummary>& groups,
                                           const Machine& machine, const std::string& command);

}  // namespace ndbench
