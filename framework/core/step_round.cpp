#include "core/step_round.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/statistics.h"

namespace ndbench {

StepCounts decide_step_counts(const Plan& plan, std::vector<Trainee>& trainees) {
  StepCounts counts{plan.step.warmup, plan.step.steps, plan.step.blocks};
  if (!(plan.minimum_seconds > 0.0) && !(plan.minimum_warmup_seconds > 0.0)) return counts;
  counts.warmup = std::max(counts.warmup, 3);
  const auto pilot = std::find_if(trainees.begin(), trainees.end(), [&](Trainee& trainee) {
    trainee.train(0, counts.warmup, /*is_pilot=*/true);
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

namespace {

/// How often a block that stays disturbed is measured again.
constexpr int kMostRounds = 2;

/// One block of one mode, which goes to the end of `blocks`.
void train_block(Trainee& trainee, int block, int steps, HostWatch& watch,
                 std::vector<MeasuredBlock>& blocks) {
  // The first step of a block finds caches and cores as another worker left them: not timed.
  constexpr int kSettle = 1;
  trainee.attempt([&] {
    watch.begin();
    StepSamples samples = trainee.ask_steps(kSettle, steps);
    blocks.push_back(
        {.block = block,
         .seconds = std::move(samples.seconds),
         .cpu_seconds = samples.cpu_seconds,
         .run_queue_seconds = samples.run_queue_seconds,
         .device_seconds = samples.device_seconds,
         .threads = trainee.threads(),
         .host = watch.end(samples.request_cpu_seconds, trainee.threads(), trainee.gpu()),
         .losses = std::move(samples.losses)});
    trainee.record.steps.batch_size = samples.batch_size;
    trainee.add_trace(samples.trace);
  });
}

/// Warms up, under the watch: what the workers do then is known to be theirs.
void warm_up(Trainee& trainee, const StepCounts& counts, HostWatch& watch) {
  StepSamples& steps = trainee.record.steps;
  const double before = steps.request_cpu_seconds;
  watch.begin();
  trainee.train(counts.warmup - static_cast<int>(steps.losses.size()), 0);
  (void)watch.end(steps.request_cpu_seconds - before, trainee.threads());
  trainee.record.warmup_steps = counts.warmup;
  steps.seconds.clear();
}

int steps_of(int block, const StepCounts& counts) {
  return counts.steps / counts.blocks + (block < counts.steps % counts.blocks ? 1 : 0);
}

/// The numbers of the blocks that are disturbed in any mode.
std::set<int> disturbed_blocks(const std::vector<Trainee>& trainees) {
  std::set<int> result;
  for (const Trainee& trainee : trainees) {
    for (const MeasuredBlock& block : trainee.record.blocks) {
      if (trainee.has_passed() && !block.disturbed.empty()) result.insert(block.block);
    }
  }
  return result;
}

/// Puts the blocks measured last in place of the disturbed ones, whichever was faster: to choose
/// by time would choose the result.
void replace(std::vector<MeasuredBlock> again, Record& record) {
  for (MeasuredBlock& block : again) {
    const auto old = std::find_if(record.blocks.begin(), record.blocks.end(),
                                  [&](const auto& one) { return one.block == block.block; });
    block.times_before = old->times_before + 1;
    std::swap(*old, block);
    record.discarded.push_back(std::move(block));
  }
}

/// Measures the disturbed blocks again in all modes, so that pairs stay pairs.
void measure_again(std::vector<Trainee>& trainees, int replica, const StepCounts& counts,
                   const ReadHost& read_host) {
  for (int round = 0; round < kMostRounds; ++round) {
    const std::set<int> disturbed = disturbed_blocks(trainees);
    if (disturbed.empty()) return;
    HostWatch watch(read_host);
    std::vector<std::vector<MeasuredBlock>> again(trainees.size());
    for (const int block : disturbed) {
      for (const std::size_t turn : block_order(trainees.size(), block, replica)) {
        train_block(trainees[turn], block, steps_of(block, counts), watch, again[turn]);
      }
    }
    for (std::size_t index = 0; index < trainees.size(); ++index) {
      replace(std::move(again[index]), trainees[index].record);
      judge(trainees[index].record.blocks);
    }
  }
}

/// Sums up the blocks that count.
void add_up(Record& record) {
  StepSamples& all = record.steps;
  all.cpu_seconds = all.run_queue_seconds = all.device_seconds = 0.0;
  for (const MeasuredBlock& block : record.blocks) {
    all.seconds.insert(all.seconds.end(), block.seconds.begin(), block.seconds.end());
    all.cpu_seconds += block.cpu_seconds;
    all.run_queue_seconds += block.run_queue_seconds;
    all.device_seconds += block.device_seconds;
  }
}

}  // namespace

void train_steps(std::vector<Trainee>& trainees, int replica, const StepCounts& counts,
                 const ReadHost& read_host) {
  HostWatch watch(read_host);
  for (Trainee& trainee : trainees) warm_up(trainee, counts, watch);
  for (int block = 0; block < counts.blocks; ++block) {
    for (const std::size_t turn : block_order(trainees.size(), block, replica)) {
      Record& record = trainees[turn].record;
      const std::size_t known = record.blocks.size();
      train_block(trainees[turn], block, steps_of(block, counts), watch, record.blocks);
      if (record.blocks.size() == known) continue;
      std::vector<double>& losses = record.blocks.back().losses;
      record.steps.losses.insert(record.steps.losses.end(), losses.begin(), losses.end());
      losses.clear();
    }
  }
  for (Trainee& trainee : trainees) {
    trainee.take_state();
    judge(trainee.record.blocks);
  }
  // After the state was taken: that must be the one after the planned steps, in every replica.
  measure_again(trainees, replica, counts, read_host);
  for (Trainee& trainee : trainees) add_up(trainee.record);
}

}  // namespace ndbench
