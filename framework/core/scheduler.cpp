#include "core/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/machine.h"
#include "core/seeds.h"
#include "core/statistics.h"

namespace ndbench {

struct Scheduler::Trainee {
  std::size_t cell;
  Record record;
  std::unique_ptr<Worker> worker{};  ///< null before the start and after a failure

  /// Runs `call` unless this trainee has failed; a failure becomes the record's outcome.
  template <typename Call>
  void attempt(Call call) {
    if (record.outcome.status != Status::kPassed) return;
    try {
      call();
    } catch (const WorkerFailed& failure) {
      record.outcome = failure.outcome;
      worker.reset();
    }
  }

  void await_prepared() {
    attempt([&] {
      auto prepared = worker->await<Prepared>();
      record.prepare_seconds = prepared.seconds;
      record.in_force = std::move(prepared.in_force);
      record.libraries = std::move(prepared.libraries);
    });
  }

  void train(int settle, int steps) {
    attempt([&] {
      const auto more = worker->ask<StepSamples>(StepsRequest{settle, steps});
      if (more.seconds.size() != static_cast<std::size_t>(steps) ||
          more.losses.size() != static_cast<std::size_t>(settle) + more.seconds.size()) {
        throw WorkerFailed{failed(ExitCode::kBenchmarkFailed,
                                  "the worker answered with another number of steps than asked for",
                                  "train")};
      }
      StepSamples& all = record.steps;
      all.seconds.insert(all.seconds.end(), more.seconds.begin(), more.seconds.end());
      all.losses.insert(all.losses.end(), more.losses.begin(), more.losses.end());
      all.cpu_seconds += more.cpu_seconds;
      all.batch_size = more.batch_size;
    });
  }
};

namespace {

/// How many iterations of `seconds` each fill `wanted` seconds, at least `least`.
int iterations_for(double wanted, double seconds, int least) {
  constexpr double kMost = 1e6;
  if (!(wanted > 0.0)) return least;
  return std::max(least, static_cast<int>(std::min(kMost, std::ceil(wanted / seconds))));
}

/// "parameters/conv1.weight and 21 other tensors of 24"
std::string differing_tensors(const Finished& one, const Finished& other) {
  if (one.tensor_hashes.size() != other.tensor_hashes.size()) return "the number of tensors";
  std::string first;
  std::size_t more = 0;
  for (std::size_t index = 0; index < one.tensor_hashes.size(); ++index) {
    if (one.tensor_hashes[index] == other.tensor_hashes[index]) continue;
    first.empty() ? void(first = one.tensor_hashes[index].first) : void(++more);
  }
  return fmt::format("{} and {} other tensors of {}", first, more, one.tensor_hashes.size());
}

}  // namespace

std::map<std::string, std::string> worker_environment(const Mode& mode, int threads) {
  const std::string count = std::to_string(threads);
  std::map<std::string, std::string> environment{{"OMP_NUM_THREADS", count},
                                                 {"MKL_NUM_THREADS", count},
                                                 {"OPENBLAS_NUM_THREADS", count},
                                                 {"OMP_DYNAMIC", "false"},
                                                 {"MKL_DYNAMIC", "false"}};
  // A user's own choice of any of these stands.
  const auto set_default = [&environment](const char* name, const char* value) {
    if (std::getenv(name) == nullptr) environment[name] = value;
  };
  // Threads that wait by spinning take the core from whoever they wait for as soon as the machine
  // has another guest; threads that sleep at once take longer to wake than a small operation. So
  // they spin for some ten microseconds, then sleep: architecture.md has the measurements.
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) set_default("GOMP_SPINCOUNT", "1000");
  // glibc moves these with what a process happened to free before, and the time of a step with
  // them: up to 2.5-fold measured. 32 MiB is the most it takes for the first.
  set_default("MALLOC_MMAP_THRESHOLD_", "33554432");
  set_default("MALLOC_TRIM_THRESHOLD_", "1073741824");
  // cuBLAS reads this when its first handle is made; without it some kernels are not repeatable.
  if (mode.deterministic) environment["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8";
  return environment;
}

Scheduler::Scheduler(Plan plan, Roster roster, Options options, StartWorker start_worker,
                     StartObserver on_start, RecordObserver on_record)
    : plan_(std::move(plan)),
      roster_(std::move(roster)),
      options_(std::move(options)),
      start_worker_(std::move(start_worker)),
      on_start_(std::move(on_start)),
      on_record_(std::move(on_record)) {
  for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) {
    const Outcome outcome = roster_.outcome(plan_.cells[cell]);
    if (outcome.status != Status::kPassed) given_up_.emplace(cell, outcome);
  }
}

const Record& Scheduler::measure(std::size_t cell, int replica) {
  const auto key = std::pair(cell, replica);
  if (!records_.contains(key)) measure_round(plan_.group_of(cell), replica);
  return records_.at(key);
}

void Scheduler::measure_round(const std::vector<std::size_t>& group, int replica) {
  std::vector<Trainee> trainees;
  for (const std::size_t cell : group) {
    Trainee trainee = make_trainee(cell, replica);
    if (const auto found = given_up_.find(cell); found != given_up_.end()) {
      trainee.record.outcome = found->second;
      // Only the first replica's record tells it to the observer: the others were not tried.
      if (replica == 0) on_record_(trainee.record);
      records_.emplace(std::pair(cell, replica), std::move(trainee.record));
    } else {
      trainees.push_back(std::move(trainee));
    }
  }
  if (trainees.empty()) return;
  if (trainees.front().record.cell.scope == ScopeKind::kStep) {
    measure_steps(trainees, replica);
  } else {
    measure_epochs(trainees, replica);
  }
}

Scheduler::Trainee Scheduler::make_trainee(std::size_t cell, int replica) {
  Trainee trainee{cell, {}};
  Record& record = trainee.record;
  record.cell = plan_.cells[cell];
  record.replica = replica;
  record.seeds = seeds_for(options_.suite_seed, record.cell.model.name, record.cell.mode, replica);
  record.parameters = roster_.models.at(record.cell.model.name).parameters;
  return trainee;
}

/// Starts a worker and sends it the task; the caller awaits Prepared.
void Scheduler::start(Trainee& trainee) {
  Record& record = trainee.record;
  const BackendEntry& backend = record.cell.backend;
  const int threads = backend.threads > 0 ? backend.threads : options_.default_threads;
  on_start_(record.cell, record.replica);
  record.load_average = load_average();
  const auto given = worker_environment(record.cell.mode, threads);
  record.environment = given;
  record.environment.merge(compute_environment());
  PrepareRequest request{roster_.models.at(record.cell.model.name).file,
                         roster_.backends.at(backend.name).file,
                         record.parameters,
                         record.seeds,
                         {threads, record.cell.mode.deterministic},
                         {}};
  for (const auto& folder : options_.data_path) request.data_path.push_back(folder.string());
  trainee.attempt([&] {
    trainee.worker = start_worker_(given);
    trainee.worker->send(request);
  });
}

void Scheduler::measure_steps(std::vector<Trainee>& trainees, int replica) {
  for (Trainee& trainee : trainees) start(trainee);  // LibTorch loads in all of them at once
  for (Trainee& trainee : trainees) trainee.await_prepared();
  const StepCounts counts = step_counts(trainees);
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
  for (Trainee& trainee : trainees) finish(trainee);
}

/// The counts for this group: decided in its first round, so that all replicas take as many steps
/// and can end in the same state.
Scheduler::StepCounts Scheduler::step_counts(std::vector<Trainee>& trainees) {
  const std::string group = trainees.front().record.cell.group_name();
  if (const auto known = step_counts_.find(group); known != step_counts_.end()) {
    return known->second;
  }
  StepCounts counts{plan_.step.warmup, plan_.step.steps, plan_.step.blocks};
  if (plan_.minimum_seconds > 0.0 || plan_.minimum_warmup_seconds > 0.0) {
    counts.warmup = std::max(counts.warmup, 3);
    const auto pilot = std::find_if(trainees.begin(), trainees.end(), [&](Trainee& trainee) {
      trainee.train(0, counts.warmup);
      return trainee.record.outcome.status == Status::kPassed;
    });
    if (pilot == trainees.end()) return counts;  // nobody is left to train
    const double seconds = median(pilot->record.steps.seconds);
    counts.warmup = iterations_for(plan_.minimum_warmup_seconds, seconds, counts.warmup);
    if (plan_.minimum_seconds > 0.0) {
      counts.steps = iterations_for(plan_.minimum_seconds, seconds, counts.blocks);
    }
  }
  return step_counts_.emplace(group, counts).first->second;
}

void Scheduler::measure_epochs(std::vector<Trainee>& trainees, int replica) {
  for (const std::size_t turn : block_order(trainees.size(), 0, replica)) {
    Trainee& trainee = trainees[turn];
    const std::string group = trainee.record.cell.group_name();
    start(trainee);
    trainee.await_prepared();
    trainee.attempt([&] {
      auto& epochs = trainee.record.epochs;
      epochs.push_back(trainee.worker->ask<EpochSample>(EpochRequest{0}));
      const int planned =
          plan_.minimum_seconds > 0.0
              ? iterations_for(plan_.minimum_seconds, trainee.record.real_seconds(), 1)
              : plan_.epoch.epochs;
      const int count = epoch_counts_.try_emplace(group, planned).first->second;
      for (int epoch = 1; epoch < count; ++epoch) {
        epochs.push_back(trainee.worker->ask<EpochSample>(EpochRequest{epoch}));
      }
    });
    finish(trainee);
  }
}

/// Collects the final state, lets the worker leave, and hands the record out.
void Scheduler::finish(Trainee& trainee) {
  trainee.attempt([&] {
    trainee.record.finished = trainee.worker->ask<Finished>(FinishRequest{});
    trainee.worker.reset();
  });
  const bool passed = trainee.record.outcome.status == Status::kPassed;
  if (!passed) given_up_.emplace(trainee.cell, trainee.record.outcome);
  if (passed && trainee.record.cell.mode.must_repeat()) check_repetition(trainee);
  complete(trainee);
}

void Scheduler::check_repetition(Trainee& trainee) {
  Record& record = trainee.record;
  const auto [first, is_first] = first_state_.try_emplace(trainee.cell, record.finished);
  if (is_first || first->second.state_hash == record.finished.state_hash) return;
  record.outcome = failed(
      ExitCode::kDeterminismBreach,
      fmt::format("determinism breached: replica {} ended in state {}, an earlier one in {}; they "
                  "differ in {}",
                  record.replica, record.finished.state_hash, first->second.state_hash,
                  differing_tensors(record.finished, first->second)));
}

void Scheduler::complete(Trainee& trainee) {
  const auto key = std::pair(trainee.cell, trainee.record.replica);
  on_record_(records_.emplace(key, std::move(trainee.record)).first->second);
}

}  // namespace ndbench
