#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/trace_point.h"

namespace ndbench {

/// The trace of one replica, by step.
using ReplicaTrace = std::vector<TracePoint>;

/// Where the state of a replica leaves that of replica 0.
struct Parting {
  std::int64_t after = -1;  ///< the last step at which both were traced, all equal so far; -1: none
  std::int64_t at = 0;      ///< the first one at which they differ
  bool by_inputs = false;   ///< a batch differed by then: other data, not other arithmetic

  [[nodiscard]] bool is_exact() const { return at == after + 1; }
};

/// The parting of two replicas, if they differ at any step that both were traced at.
[[nodiscard]] std::optional<Parting> find_parting(const ReplicaTrace& reference,
                                                  const ReplicaTrace& replica);

/// "before the first step", "at step 3", "between steps 16 and 27"
[[nodiscard]] std::string where(const Parting& parting);

/// A Difference from replica 0 as the median over the replicas.
struct MedianDifference {
  double distance;
  double normalized_distance;  ///< of those that have one
  double v_c;
  double v_ermv;
};

/// How far the replicas are from replica 0 after a step.
struct GrowthRow {
  std::int64_t step = 0;
  std::size_t replicas = 0;                           ///< that were compared
  std::map<std::string, MedianDifference> of_kind{};  ///< "weights", "gradients", "outputs"
};

/// What the traces of a cell's replicas say together.
struct Divergence {
  std::size_t replicas = 0;         ///< with a trace, replica 0 included
  std::vector<Parting> partings{};  ///< one for each replica that parts from replica 0
  std::vector<GrowthRow> growth{};  ///< by step
  std::string not_measured{};       ///< the first reason why a step has no row; "" if all have one
};

/// @param traces  of the replicas of one cell, replica 0's first; without those that have none.
[[nodiscard]] Divergence find_divergence(std::span<const ReplicaTrace> traces);

/// One sentence for a summary: "bitwise equal over 20 replicas: at 95 % fewer than 14 % of further
/// runs differ", "replicas part at step 3 in 2 of 4 cases". "" for fewer than two
/// replicas.
[[nodiscard]] std::string divergence_text(const Divergence& divergence);

/// The growth of the difference for a terminal of 80 columns, with the steps about twofold apart;
/// for no parting "".
[[nodiscard]] std::string console_growth(const Divergence& divergence);

/// The same as a Markdown table, with all steps.
[[nodiscard]] std::string markdown_growth(const Divergence& divergence);

}  // namespace ndbench
