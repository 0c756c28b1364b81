#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "core/core_sets.h"
#include "core/host_watch.h"
#include "core/plan.h"
#include "core/trainee.h"

namespace ndbench {

/// A place for one worker at a time: cores that no other lane has, and how it is started there.
struct Lane {
  StartWorker start_worker;
  Processors processors{};  ///< all that ndbench may use where there are none
};

/// The processors of `jobs` lanes.
/// @throws UsageError if the plan has no epochs, which alone run side by side, or the machine too
///         few cores.
[[nodiscard]] std::vector<Processors> lane_processors(int jobs, const Plan& plan,
                                                      const std::vector<Processors>& cores);

/// Measures epoch replicas, each alone in a lane, as many side by side as there are lanes.
class EpochLanes {
 public:
  /// What becomes of a replica, decided by whoever has it measured.
  struct Decisions {
    std::function<bool(const Trainee&)> is_given_up;   ///< its cell is not tried any more
    std::function<void(Trainee&, const Lane&)> start;  ///< starts its worker, sends PrepareRequest
    std::function<int(const Record&)> epochs;  ///< to train, asked when the first is trained
    std::function<void(Trainee&)> complete;    ///< its worker has left, or it has failed
    std::function<void(Trainee&)> leave_out;   ///< was not measured: its cell is given up
    /// Another attempt at it, which is measured before it is complete; without: there is none.
    std::function<std::optional<Trainee>(const Trainee&)> try_again{};
  };

  /// `wait_for_any` is not called for one lane: that is waited for alone.
  /// Where there is one lane, `read_host` watches what else goes on during an epoch.
  EpochLanes(const std::vector<Lane>& lanes, WaitForAny wait_for_any, ReadHost read_host,
             Decisions decisions);

  /// Measures all of `queue`, begun in its order.
  ///
  /// Those of a cell begin when its replica 0 has ended, which they are compared with. Where a cell
  /// is given up, its other replicas that run are ended.
  /// @throws Interrupted
  void run(std::deque<Trainee> queue);

 private:
  enum class Asked { kPrepare, kEpoch, kState, kFinish };

  /// A replica that is being measured, and what its worker was asked last.
  struct Running {
    Trainee trainee;
    HostWatch watch;
    Asked asked = Asked::kPrepare;
  };

  void fill();
  std::optional<Trainee> take_next();
  void hear();
  void hear(Running& running, Message answer);
  void ask_epoch(Running& running, const EpochRequest& request) const;
  void take_epoch(Running& running, EpochSample sample) const;
  void end(Trainee trainee);
  void give_up(std::size_t cell);
  [[nodiscard]] bool is_alone() const { return lanes_.size() == 1; }
  [[nodiscard]] bool runs_first_replica(std::size_t cell) const;

  const std::vector<Lane>& lanes_;
  WaitForAny wait_for_any_;
  ReadHost read_host_;
  Decisions decisions_;
  std::deque<Trainee> queue_;
  std::vector<std::optional<Running>> running_;  ///< by lane
};

}  // namespace ndbench
