#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/paired_ratio.h"
#include "core/record.h"

namespace ndbench {

/// Fewest replicas from which a spread, a difference of spreads or of means, or a difference in
/// epochs to a target is judged: MLPerf's reference convergence points take ten runs of a network
/// like BERT. With ten, the 95 % interval of a standard deviation still reaches from 0.69 to 1.83
/// times its value.
inline constexpr std::size_t kFewestForSpread = 10;

/// The seconds that a worker took for this replica, evaluation and loading included.
[[nodiscard]] double replica_seconds(const Record& record);

/// The smallest difference of two means, in standard deviations, that so many replicas of each find
/// with power 80 %. NaN for fewer than two.
[[nodiscard]] double detectable_effect(std::size_t replicas);

/// A verdict and the replicas of each mode that it takes.
struct Need {
  std::string verdict;  ///< "the cost", "the spread"
  std::size_t needed = 0;
};

/// What more replicas would take.
struct ReplicaPlan {
  std::size_t replicas = 0;        ///< of each mode, as measured
  double seconds_per_replica = 0;  ///< of all modes together, one after the other
  std::vector<Need> needs;         ///< those that take more than there are, the fewest first

  [[nodiscard]] double seconds(const Need& need) const {
    return static_cast<double>(need.needed - replicas) * seconds_per_replica;
  }
};

/// What is asked of one group of modes.
struct PlanRequest {
  std::size_t replicas = 0;          ///< fewest that a mode has
  double seconds_per_replica = 0.0;  ///< replica_seconds(), summed over the modes
  std::vector<Ratio> costs{};        ///< of the modes against the reference
  bool has_spread = false;           ///< results that may differ between replicas
  bool compares_spreads = false;     ///< two or more modes of that kind
  /// The half-width at which the cost is known well enough; 0.02: ± 2 %.
  double precision = 0.02;
};

[[nodiscard]] ReplicaPlan plan_replicas(const PlanRequest& request);

/// "about 40 s", "about 4 min", "about 3 h": rounded up.
[[nodiscard]] std::string duration_text(double seconds);

/// "the spread: 7 more replicas, about 4 min".
[[nodiscard]] std::string need_text(const ReplicaPlan& plan, const Need& need);

}  // namespace ndbench
