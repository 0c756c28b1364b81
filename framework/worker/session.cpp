#include "worker/session.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>

#include <fstream>
#include <optional>
#include <string_view>
#include <thread>

#include "worker/in_force.h"
#include "worker/input_guard.h"
#include "worker/libraries.h"
#include "worker/plugin_host.h"
#include "worker/probe.h"
#include "worker/state_hash.h"
#include "worker/stopwatch.h"
#include "worker/ulp.h"

namespace ndbench {
namespace {

/// How many steps of a session have their inputs watched: the second may go on from a state that
/// the first left.
constexpr int kGuardedSteps = 2;

/// Logits of more are left out: an answer has to fit into a message, and a run into memory.
constexpr std::size_t kLogitsLimit = std::size_t{16} << 20U;

void limit_logits(EpochSample& sample, bool is_last) {
  std::vector<float>& logits = sample.evaluation.logits;
  const std::size_t bytes = logits.size() * sizeof(float);
  if (bytes == 0 || (is_last && bytes <= kLogitsLimit)) return;
  sample.logits_left_out = is_last ? fmt::format("{} MiB of logits, over the limit of {}",
                                                 bytes >> 20U, kLogitsLimit >> 20U)
                                   : "not the last epoch";
  logits = {};
}

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

/// The logical processors on which this process may run, as the kernel lists them: "0-3,8".
std::string processors() {
  constexpr std::string_view kLabel = "Cpus_allowed_list:\t";
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kLabel)) return line.substr(kLabel.size());
  }
  return "unknown";
}

/// How many of them; glibc's own counts leave the affinity out.
int usable_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());  // more than cpu_set_t holds
}

/// A backend that is not told how many shards there are to be has its own number of them.
void check_shards(const Sharding& sharding, int asked) {
  const std::size_t count = sharding.count();
  if (asked == 0 || static_cast<std::size_t>(asked) == count) return;
  throw Error(fmt::format(
      "asked for {} shards, but this backend cuts a batch into {}; leave `shards` out of its table "
      "in the suite, or take a plugin that has them: sharded, sharded_cudnn",
      asked, count));
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
  const Sharding sharding = scope_->sharding();
  const int threads = request.settings.threads;
  // One thread alone in its operations waits for no other in them.
  const int waiting_threads = threads == 1 ? 1 : threads * static_cast<int>(sharding.count());
  short_turns_.emplace(waiting_threads, usable_processors());
  check_threads(scope_->in_force(), threads);
  check_shards(sharding, request.settings.shards);
  TaskContext context{request.parameters, request.seeds, scope_->device(), {}, sharding};
  for (const std::string& folder : request.data_path) context.data_path.emplace_back(folder);
  task_ = model_->create_task(context);
  if (task_->shards() != sharding.count()) {
    throw Unsupported(
        fmt::format("model plugin '{}' does not cut its batches into shards", request.model.name));
  }
  // With what the task has set: a precision can be a setting of the libraries.
  Prepared prepared{read_in_force(*scope_), library_versions(), 0.0};
  prepared.in_force.merge(task_->in_force());
  prepared.in_force.emplace("processors", processors());
  if (short_turns_->is_cutting()) {
    prepared.in_force.emplace("turn_microseconds", std::to_string(ShortTurns::kTurn.count()));
  }
  if (request.ulp_seed != 0) prepared.in_force["ulp"] = move_one_weight(*task_, request.ulp_seed);
  trace_ = Trace(request.trace);
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

/// Trains a step and hashes its batch around it. That takes time: not for a step that is timed.
/// @throws ndbench::Error if the batch changed.
at::Tensor Session::train_guarded_step() {
  ++guarded_steps_;
  scope_->synchronize();
  std::optional<InputGuard> guard;
  guarding_.during([&] { guard.emplace(*task_); });
  const at::Tensor loss = task_->train_step();
  scope_->synchronize();
  guarding_.during([&] {
    if (const auto changed = guard->changed(); !changed.empty()) {
      throw Error(changed_inputs_text(changed));
    }
  });
  return loss;
}

void Session::add_trace_point(std::vector<TracePoint>& points) {
  const std::string phase = phase_;
  enter_phase("hash");
  points.push_back(trace_.take(*task_, steps_, hash_state(*task_).hash));
  enter_phase(phase);
}

/// The first few have their inputs watched.
at::Tensor Session::train_untimed_step() {
  if (guarded_steps_ < kGuardedSteps) return train_guarded_step();
  const at::Tensor loss = task_->train_step();
  scope_->synchronize();
  return loss;
}

at::Tensor Session::train_timed_step(StepSamples& samples) {
  scope_->synchronize();
  (void)run_queue_.waited();
  const double cpu_start = cpu_seconds();
  scope_->begin_timing();
  const Clock::time_point start = Clock::now();
  const at::Tensor loss = task_->train_step();
  scope_->end_timing();
  scope_->synchronize();
  const Clock::time_point end = Clock::now();
  samples.seconds.push_back(seconds_between(start, end));
  samples.cpu_seconds += cpu_seconds() - cpu_start;
  samples.run_queue_seconds += run_queue_.waited();
  samples.device_seconds += scope_->timed_seconds();
  return loss;
}

StepSamples Session::train_steps(const StepsRequest& request) {
  StepSamples samples;
  const double request_start = cpu_seconds();
  samples.run_queue_seconds = samples.device_seconds = 0.0;
  const auto count = static_cast<std::size_t>(request.steps);
  samples.seconds.reserve(count);
  samples.losses.reserve(count + static_cast<std::size_t>(request.settle));
  if (trace_.is_due(steps_)) add_trace_point(samples.trace);
  for (int step = -request.settle; step < request.steps; ++step) {
    samples.batch_size = load_full_batch();
    task_->settle_input();
    if (step < 0) {
      samples.losses.push_back(train_untimed_step().item<double>());
    } else {
      if (step == 0) run_queue_.find_threads();  // the untimed steps have started all there will be
      samples.losses.push_back(train_timed_step(samples).item<double>());
    }
    ++steps_;
    // Not where it would leave its marks in the caches of a timed step.
    const bool is_followed_by_timed = step + 1 < request.steps && request.steps > 0;
    const bool may_trace = request.is_pilot || !is_followed_by_timed;
    if (may_trace && trace_.is_due(steps_)) add_trace_point(samples.trace);
  }
  samples.request_cpu_seconds = cpu_seconds() - request_start;
  return samples;
}

EpochSample Session::train_epoch(const EpochRequest& request) {
  enter_phase("train");
  EpochSample sample;
  const double request_start = cpu_seconds();
  Pause tracing;
  // The beginning, or the end of the epoch before; that of the last epoch is state()'s.
  if (trace_.lacks(steps_)) tracing.during([&] { add_trace_point(sample.trace); });
  const Pause traced_before = tracing;
  const Pause guarded_before = guarding_;
  at::Tensor loss_sum;
  scope_->synchronize();
  run_queue_.find_threads();
  const double cpu_start = cpu_seconds();
  const Clock::time_point start = Clock::now();
  task_->start_epoch(request.epoch);
  sample.input_seconds = seconds_between(start, Clock::now());
  while (true) {
    const Clock::time_point input_start = Clock::now();
    const std::int64_t loaded = task_->next_batch();
    sample.input_seconds += seconds_between(input_start, Clock::now());
    if (loaded == 0) break;
    const bool is_guarded = guarded_steps_ < kGuardedSteps;
    const at::Tensor step_loss = is_guarded ? train_guarded_step() : task_->train_step();
    const at::Tensor weighted = step_loss * static_cast<double>(loaded);
    loss_sum = loss_sum.defined() ? loss_sum + weighted : weighted;
    sample.examples += loaded;
    ++steps_;
    if (trace_.is_due(steps_)) {
      scope_->synchronize();  // the step's own time, not the trace's
      tracing.during([&] { add_trace_point(sample.trace); });
    }
  }
  scope_->synchronize();
  const Clock::time_point trained = Clock::now();
  const Pause traced = tracing - traced_before;
  const Pause guarded = guarding_ - guarded_before;
  if (sample.examples == 0) {
    throw Error("the training set is empty: next_batch() gave no example");
  }
  enter_phase("evaluate");
  const Clock::time_point evaluation_start = Clock::now();
  sample.evaluation = task_->evaluate();
  scope_->synchronize();
  sample.evaluate_seconds = seconds_between(evaluation_start, Clock::now());
  sample.train_seconds = seconds_between(start, trained) - traced.seconds - guarded.seconds;
  sample.cpu_seconds =
      cpu_seconds() - cpu_start - traced.thread_cpu_seconds - guarded.thread_cpu_seconds;
  sample.trace_seconds = tracing.seconds;
  sample.run_queue_seconds = run_queue_.waited();
  sample.request_cpu_seconds = cpu_seconds() - request_start;
  sample.loss = loss_sum.item<double>() / static_cast<double>(sample.examples);
  limit_logits(sample, request.is_last);
  return sample;
}

State Session::state() {
  enter_phase("hash");
  State state = hash_state(*task_);
  state.trace = trace_.finish(*task_, steps_, state.hash);
  enter_phase("train");
  return state;
}

Probe Session::probe(const ProbeRequest& request) {
  load_full_batch();
  return probe_step(*task_, request);
}

Finished Session::finish() {
  const Finished finished{peak_memory_bytes(), scope_->peak_memory_bytes()};
  enter_phase("teardown");
  task_.reset();
  scope_.reset();
  model_.reset();
  backend_.reset();
  return finished;
}

}  // namespace ndbench
