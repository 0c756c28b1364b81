#include "core/trainee.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "core/knobs_in_force.h"

namespace ndbench {
namespace {

/// What is compared example by example must be whole.
void require_whole(const Evaluation& evaluation) {
  const auto examples = static_cast<std::size_t>(std::max<std::int64_t>(evaluation.examples, 0));
  const bool logits_fit =
      evaluation.logits.empty() || (examples > 0 && evaluation.logits.size() % examples == 0);
  const bool targets_fit =
      evaluation.targets.empty() || evaluation.targets.size() == evaluation.predictions.size();
  const bool is_decision_per_example = evaluation.targets.size() == examples;
  const auto classes =
      static_cast<std::int64_t>(examples > 0 ? evaluation.logits.size() / examples : 0);
  const bool targets_are_classes =
      evaluation.logits.empty() || !is_decision_per_example ||
      std::all_of(evaluation.targets.begin(), evaluation.targets.end(),
                  [&](std::int32_t target) { return target >= 0 && target < classes; });
  if (logits_fit && targets_fit && !targets_are_classes) {
    throw WorkerFailed{failed(ExitCode::kBenchmarkFailed,
                              fmt::format("a target of the task's evaluation is none of its {} "
                                          "classes; number them from 0",
                                          classes),
                              "evaluate")};
  }
  if (logits_fit && targets_fit) return;
  throw WorkerFailed{
      failed(ExitCode::kBenchmarkFailed,
             fmt::format(
                 "the task's evaluation has {} logits, {} predictions and {} targets for {} "
                 "examples; give each example as many logits and each prediction a target, or none",
                 evaluation.logits.size(), evaluation.predictions.size(), evaluation.targets.size(),
                 examples),
             "evaluate")};
}

}  // namespace

void Trainee::await_prepared() {
  attempt([&] { take(worker->await<Prepared>()); });
}

void Trainee::take(Prepared prepared) {
  record.prepare_seconds = prepared.seconds;
  record.in_force = std::move(prepared.in_force);
  record.libraries = std::move(prepared.libraries);
  Outcome in_force = check_in_force(record.tooling, record.in_force);
  if (in_force.status != Status::kPassed) throw WorkerFailed{std::move(in_force)};
}

StepSamples Trainee::ask_steps(int settle, int steps, bool is_pilot) {
  auto samples = worker->ask<StepSamples>(StepsRequest{settle, steps, is_pilot});
  if (samples.seconds.size() != static_cast<std::size_t>(steps) ||
      samples.losses.size() != static_cast<std::size_t>(settle) + samples.seconds.size()) {
    throw WorkerFailed{failed(ExitCode::kBenchmarkFailed,
                              "the worker answered with another number of steps than asked for",
                              "train")};
  }
  return samples;
}

void Trainee::train(int settle, int steps, bool is_pilot) {
  attempt([&] {
    StepSamples more = ask_steps(settle, steps, is_pilot);
    StepSamples& all = record.steps;
    all.seconds.insert(all.seconds.end(), more.seconds.begin(), more.seconds.end());
    all.losses.insert(all.losses.end(), more.losses.begin(), more.losses.end());
    all.cpu_seconds += more.cpu_seconds;
    all.request_cpu_seconds += more.request_cpu_seconds;
    all.batch_size = more.batch_size;
    add_trace(more.trace);
  });
}

int Trainee::threads() const {
  const auto number = [this](const char* setting) {
    const auto found = record.in_force.find(setting);
    int count = 1;
    if (found != record.in_force.end()) {
      const std::string& text = found->second;
      std::from_chars(text.data(), text.data() + text.size(), count);
    }
    return std::max(1, count);
  };
  return number("threads") * number("shards");
}

std::string Trainee::gpu() const {
  const auto found = record.in_force.find("gpu_uuid");
  return found == record.in_force.end() ? "" : found->second;
}

void Trainee::take(EpochSample sample) {
  require_whole(sample.evaluation);
  const auto is_other_set = [&](const EpochSample& before) {
    return before.evaluation.predictions.size() != sample.evaluation.predictions.size();
  };
  if (!record.epochs.empty() && is_other_set(record.epochs.back())) {
    throw WorkerFailed{
        failed(ExitCode::kBenchmarkFailed,
               "the task's evaluation has another number of predictions than that of "
               "the epoch before; evaluate the same examples each time",
               "evaluate")};
  }
  // Large, and only the last ones are compared with other replicas'.
  if (!record.epochs.empty()) {
    record.epochs.back().evaluation.targets = {};
    record.epochs.back().evaluation.logits = {};
  }
  add_trace(sample.trace);
  record.epochs.push_back(std::move(sample));
}

void Trainee::take_state() {
  attempt([&] { take(worker->ask<State>(StateRequest{})); });
}

void Trainee::take(State state) {
  record.state = std::move(state);
  add_trace(record.state.trace);
}

void Trainee::add_trace(std::vector<TracePoint>& points) {
  std::move(points.begin(), points.end(), std::back_inserter(record.trace));
  points.clear();
}

void Trainee::finish() {
  attempt([&] { take(worker->ask<Finished>(FinishRequest{})); });
}

void Trainee::take(const Finished& finished) {
  record.peak_memory_bytes = finished.peak_memory_bytes;
  record.peak_device_memory_bytes = finished.peak_device_memory_bytes;
  end_worker();
}

void Trainee::end_worker() {
  if (worker == nullptr) return;
  add_left(worker->end());
  worker.reset();
}

void Trainee::add_left(const LeftProcesses& left) {
  for (const auto& [name, count] : left) record.left_processes[name] += count;
}

}  // namespace ndbench
