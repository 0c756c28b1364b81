#include "worker/session.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <ctime>

#include "worker/libraries.h"
#include "worker/plugin_host.h"
#include "worker/state_hash.h"

namespace ndbench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

/// Processor time of all threads of this process, seconds.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

void check_threads(const std::map<std::string, std::string>& in_force, int asked) {
  const auto threads = in_force.find("threads");
  if (threads == in_force.end() || threads->second == std::to_string(asked)) return;
  throw Error(fmt::format(
      "asked for {} threads, but {} are in force; the machine or its OpenMP limits them", asked,
      threads->second));
}

}  // namespace

void Session::enter_phase(const std::string& phase) {
  phase_ = phase;
  channel_.send(PhaseNote{phase});
}

Prepared Session::prepare(const PrepareRequest& request) {
  const Clock::time_point start = Clock::now();
  enter_phase("load");
  backend_.reset(open_plugin(request.backend).create_backend());
  model_.reset(open_plugin(request.model).create_model());
  enter_phase("prepare");
  if (auto why = backend_->unavailable(); !why.empty()) throw Error(why);
  scope_ = backend_->enter(request.settings);
  Prepared prepared{scope_->in_force(), library_versions(), 0.0};
  check_threads(prepared.in_force, request.settings.threads);
  TaskContext context{request.parameters, request.seeds, scope_->device(), {}};
  for (const std::string& folder : request.data_path) context.data_path.emplace_back(folder);
  task_ = model_->create_task(context);
  scope_->synchronize();
  prepared.seconds = seconds_between(start, Clock::now());
  enter_phase("train");
  return prepared;
}

/// Loads the next batch of the usual size, going on to the next epoch where one ends.
std::int64_t Session::load_full_batch() {
  std::int64_t loaded = epoch_ < 0 ? 0 : task_->next_batch();
  bool restarted = false;
  while (loaded == 0 || loaded < batch_size_) {
    if (loaded == 0) {
      if (restarted) throw Error("the training set is empty: next_batch() gave no example");
      restarted = true;
      task_->start_epoch(++epoch_);
    }
    loaded = task_->next_batch();
    if (batch_size_ == 0) batch_size_ = loaded;
  }
  return loaded;
}

StepSamples Session::train_steps(const StepsRequest& request) {
  StepSamples samples;
  const auto count = static_cast<std::size_t>(request.steps);
  samples.seconds.reserve(count);
  samples.losses.reserve(count + static_cast<std::size_t>(request.settle));
  for (int step = -request.settle; step < request.steps; ++step) {
    samples.batch_size = load_full_batch();
    task_->settle_input();
    scope_->synchronize();
    const double cpu_start = cpu_seconds();
    const Clock::time_point start = Clock::now();
    const at::Tensor loss = task_->train_step();
    scope_->synchronize();
    const Clock::time_point end = Clock::now();
    if (step >= 0) {
      samples.seconds.push_back(seconds_between(start, end));
      samples.cpu_seconds += cpu_seconds() - cpu_start;
    }
    samples.losses.push_back(loss.item<double>());
  }
  return samples;
}

EpochSample Session::train_epoch(const EpochRequest& request) {
  enter_phase("train");
  EpochSample sample;
  at::Tensor loss_sum;
  scope_->synchronize();
  const double cpu_start = cpu_seconds();
  const Clock::time_point start = Clock::now();
  task_->start_epoch(request.epoch);
  sample.input_seconds = seconds_between(start, Clock::now());
  while (true) {
    const Clock::time_point input_start = Clock::now();
    const std::int64_t loaded = task_->next_batch();
    sample.input_seconds += seconds_between(input_start, Clock::now());
    if (loaded == 0) break;
    const at::Tensor weighted = task_->train_step() * static_cast<double>(loaded);
    loss_sum = loss_sum.defined() ? loss_sum + weighted : weighted;
    sample.examples += loaded;
  }
  scope_->synchronize();
  const Clock::time_point trained = Clock::now();
  if (sample.examples == 0) {
    throw Error("the training set is empty: next_batch() gave no example");
  }
  enter_phase("evaluate");
  const Clock::time_point evaluation_start = Clock::now();
  sample.evaluation = task_->evaluate();
  scope_->synchronize();
  sample.evaluate_seconds = seconds_between(evaluation_start, Clock::now());
  sample.train_seconds = seconds_between(start, trained);
  sample.cpu_seconds = cpu_seconds() - cpu_start;
  sample.loss = loss_sum.item<double>() / static_cast<double>(sample.examples);
  return sample;
}

State Session::state() {
  enter_phase("hash");
  State state = hash_state(*task_);
  enter_phase("train");
  return state;
}

Finished Session::finish() {
  const Finished finished{peak_memory_bytes()};
  enter_phase("teardown");
  task_.reset();
  scope_.reset();
  model_.reset();
  backend_.reset();
  return finished;
}

}  // namespace ndbench
