#pragma once

#include <vector>

#include "core/host_watch.h"
#include "core/plan.h"
#include "core/trainee.h"

namespace ndbench {

/// How a step cell is measured, once it is decided for its group.
struct StepCounts {
  int warmup = 0;
  int steps = 0;
  int blocks = 0;
};

/// What the plan says, with as many iterations as fill the time that it asks for, by the first
/// trainee that trains. Steps trained for that count as warm-up.
[[nodiscard]] StepCounts decide_step_counts(const Plan& plan, std::vector<Trainee>& trainees);

/// Trains one replica of a group, all workers alive and prepared: blocks in block_order(), then
/// the state of each is taken. A block that something else disturbed, in any mode, is measured
/// again in all of them, twice at most; what was measured before is kept as discarded.
void train_steps(std::vector<Trainee>& trainees, int replica, const StepCounts& counts,
                 const ReadHost& read_host);

}  // namespace ndbench
