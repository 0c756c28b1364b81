#include "core/step_round.h"

#include <algorithm>

#include "core/statistics.h"

namespace ndbench {

StepCounts decide_step_counts(const Plan& plan, std::vector<Trainee>& trainees) {
  StepCounts counts{plan.step.warmup, plan.step.steps, plan.step.blocks};
  if (!(plan.minimum_seconds > 0.0) && !(plan.minimum_warmup_seconds > 0.0)) return counts;
  counts.warmup = std::max(counts.warmup, 3);
  const auto pilot = std::find_if(trainees.begin(), trainees.end(), [&](Trainee& trainee) {
    trainee.train(0, counts.warmup);
    return trainee.has_passed();
  });
  if (pilot == trainees.end()) return counts;  // nobody is left to train
  const double seconds = median(pilot->record.steps.seconds);
  counts.warmup = iterations_for(plan.minimum_warmup_seconds, seconds, counts.warmup);
  if (plan.minimum_seconds > 0.0) {
    counts.steps = iterations_for(plan.minimum_seconds, seconds, counts.blocks);
  }
  return counts;
}

void train_steps(std::vector<Trainee>& trainees, int replica, const StepCounts& counts) {
  for (Trainee& trainee : trainees) {
    const int trained = static_cast<int>(trainee.record.steps.losses.size());
    trainee.train(counts.warmup - trained, 0);
    trainee.record.warmup_steps = counts.warmup;
    trainee.record.blocks = counts.blocks;
    trainee.record.steps.seconds.clear();
    trainee.record.steps.cpu_seconds = 0.0;
  }
  // The first step of a block finds caches and cores as another worker left them: not timed.
  constexpr int kSettle = 1;
  for (int block = 0; block < counts.blocks; ++block) {
    const int longer = block < counts.steps % counts.blocks ? 1 : 0;
    for (const std::size_t turn : block_order(trainees.size(), block, replica)) {
      trainees[turn].train(kSettle, counts.steps / counts.blocks + longer);
    }
  }
  for (Trainee& trainee : trainees) trainee.take_state();
}

}  // namespace ndbench
