#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ndbench {

/// How far the tensors of a kind, taken as one vector B of D numbers, are from the reference
/// replica's at the same step, A.
///
/// Numbers are compared as numbers: 0 equals −0, and a NaN a NaN. What is not finite on one side is
/// left out of the distances; the bits themselves are what the hashes compare.
struct Difference {
  std::int64_t elements = 0;   ///< D
  std::int64_t differing = 0;  ///< elements with A ≠ B
  double v_c = 0.0;            ///< their share, (1/D) Σ 1(A ≠ B)

  /// (1/D) Σ |A − B| / |A| (Shanmugavelu et al. 2024). Elements where that is not finite (A is 0
  /// and B is not, or one of them is infinite or NaN) add nothing and are counted in `unbounded`.
  double v_ermv = 0.0;
  std::int64_t unbounded = 0;

  double distance = 0.0;             ///< ‖A − B‖, Euclidean
  double normalized_distance = 0.0;  ///< ‖A/‖A‖ − B/‖B‖‖, from 0 to 2; NaN where a norm is 0
};

/// What a replica was after a training step.
struct TracePoint {
  std::int64_t step = 0;  ///< counted from 1 over the whole replica; 0 is before the first step
  std::string state_hash{};
  std::string input_hash{};  ///< of the batch that the step trained on; "" where none is shown

  /// From the reference replica: of "weights", "gradients" and "outputs", those that the task
  /// shows. None in the reference itself and where they could not be had.
  std::map<std::string, Difference> differences{};
  std::string not_compared{};  ///< why there are none, or no snapshot to compare with later
};

/// Whether and how a worker traces its replica.
struct TraceRequest {
  bool enabled = false;
  bool is_reference = false;  ///< leaves snapshots for the others, who compare theirs with them
  std::string folder{};       ///< for the snapshots; "": no differences are taken
  std::int64_t snapshot_limit = std::int64_t{1} << 30;  ///< bytes in that folder
};

}  // namespace ndbench
