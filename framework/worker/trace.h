#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/trace_point.h"
#include "ndbench/model.h"

namespace ndbench {

/// The trace of one replica: hashes of state and batch after steps 0 to 8 and each power of two
/// (where the caller cannot stop there, after the first step that it can), and how far the replica
/// is from the reference there.
///
/// The reference replica leaves its tensors in the folder, one snapshot a point, while the limit
/// allows it; room for the last point's is kept. The other replicas read them.
class Trace {
 public:
  Trace() = default;
  explicit Trace(TraceRequest request) : request_(std::move(request)) {}

  /// Whether a point was planned since the last one, up to this step.
  [[nodiscard]] bool is_due(std::int64_t step) const;

  /// Whether the trace goes on and has no point at this step.
  [[nodiscard]] bool lacks(std::int64_t step) const {
    return request_.enabled && !is_finished_ && last_ < step;
  }

  /// What the task is now, after so many steps; `state_hash` as hash_state() has it. Whatever goes
  /// wrong with snapshots is in the point, as words.
  [[nodiscard]] TracePoint take(const Task& task, std::int64_t step, std::string state_hash);

  /// The last point, if the last step has none yet. No point is due any more.
  [[nodiscard]] std::vector<TracePoint> finish(const Task& task, std::int64_t step,
                                               const std::string& state_hash);

 private:
  void keep_or_compare(const Task& task, TracePoint& point);

  TraceRequest request_;
  std::int64_t last_ = -1;  ///< the step of the last point
  std::int64_t written_ = 0;
  bool is_finished_ = false;
};

}  // namespace ndbench
