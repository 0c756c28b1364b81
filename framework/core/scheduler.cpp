#include "core/scheduler.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/machine.h"
#include "core/seeds.h"
#include "core/worker_environment.h"

namespace ndbench {

namespace {

/// "parameters/conv1.weight and 21 other tensors of 24"
std::string differing_tensors(const State& one, const State& other) {
  if (one.tensor_hashes.size() != other.tensor_hashes.size()) return "the number of tensors";
  std::string first;
  std::size_t more = 0;
  for (std::size_t index = 0; index < one.tensor_hashes.size(); ++index) {
    if (one.tensor_hashes[index] == other.tensor_hashes[index]) continue;
    first.empty() ? void(first = one.tensor_hashes[index].first) : void(++more);
  }
  return fmt::format("{} and {} other tensors of {}", first, more, one.tensor_hashes.size());
}

/// What the mode sets of the knobs that the backend has.
Tooling applicable(const Mode& mode, const RosterEntry& backend) {
  Tooling tooling;
  for (const std::string& knob : backend.knobs) {
    if (const auto set = mode.tooling.find(knob); set != mode.tooling.end()) tooling.insert(*set);
  }
  return tooling;
}

Settings settings_of(const Tooling& tooling, int threads) {
  Settings settings{.threads = threads};
  for (const auto& [name, value] : tooling) {
    if (find_knob(name)->kind == Knob::Kind::kSwitch) {
      settings.switches[name] = std::get<bool>(value);
    }
  }
  return settings;
}

}  // namespace

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

Trainee Scheduler::make_trainee(std::size_t cell, int replica) {
  Trainee trainee{cell, {}, {}};
  Record& record = trainee.record;
  record.cell = plan_.cells[cell];
  record.replica = replica;
  record.seeds = seeds_for(options_.suite_seed, record.cell.model.name, record.cell.mode, replica);
  record.parameters = roster_.models.at(record.cell.model.name).parameters;
  record.tooling = applicable(record.cell.mode, roster_.backends.at(record.cell.backend.name));
  return trainee;
}

/// Starts a worker and sends it the task; the caller awaits Prepared.
void Scheduler::start(Trainee& trainee) {
  Record& record = trainee.record;
  const BackendEntry& backend = record.cell.backend;
  const int threads = backend.threads > 0 ? backend.threads : options_.default_threads;
  on_start_(record.cell, record.replica);
  record.load_average = load_average();
  const auto given = worker_environment(record.tooling, threads);
  record.environment = given;
  record.environment.merge(compute_environment());
  std::erase_if(record.environment, [](const auto& variable) { return variable.second.empty(); });
  PrepareRequest request{roster_.models.at(record.cell.model.name).file,
                         roster_.backends.at(backend.name).file,
                         record.parameters,
                         record.seeds,
                         settings_of(record.tooling, threads),
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
  // Decided in a group's first round: replicas that took different numbers of steps could not be
  // compared bit by bit.
  const std::string group = trainees.front().record.cell.group_name();
  if (!step_counts_.contains(group)) {
    const StepCounts counts = decide_step_counts(plan_, trainees);
    const bool any_left = std::any_of(trainees.begin(), trainees.end(),
                                      [](const Trainee& trainee) { return trainee.has_passed(); });
    if (any_left) step_counts_.emplace(group, counts);
  }
  if (const auto counts = step_counts_.find(group); counts != step_counts_.end()) {
    train_steps(trainees, replica, counts->second);
  }
  for (Trainee& trainee : trainees) complete(trainee);
}

void Scheduler::measure_epochs(std::vector<Trainee>& trainees, int replica) {
  for (const std::size_t turn : block_order(trainees.size(), 0, replica)) {
    Trainee& trainee = trainees[turn];
    start(trainee);
    trainee.await_prepared();
    trainee.train_epochs(1);
    if (trainee.has_passed()) {
      const int planned =
          plan_.minimum_seconds > 0.0
              ? iterations_for(plan_.minimum_seconds, trainee.record.real_seconds(), 1)
              : plan_.epoch.epochs;
      const std::string group = trainee.record.cell.group_name();
      trainee.train_epochs(epoch_counts_.try_emplace(group, planned).first->second);
    }
    trainee.take_state();
    complete(trainee);
  }
}

/// Lets the worker leave, judges the record and hands it out.
void Scheduler::complete(Trainee& trainee) {
  trainee.finish();
  if (!trainee.has_passed()) given_up_.emplace(trainee.cell, trainee.record.outcome);
  if (trainee.has_passed() && trainee.record.cell.mode.must_repeat()) check_repetition(trainee);
  const auto key = std::pair(trainee.cell, trainee.record.replica);
  on_record_(records_.emplace(key, std::move(trainee.record)).first->second);
}

void Scheduler::check_repetition(Trainee& trainee) {
  Record& record = trainee.record;
  const auto [first, is_first] = first_state_.try_emplace(trainee.cell, record.state);
  if (is_first || first->second.hash == record.state.hash) return;
  record.outcome = failed(
      ExitCode::kDeterminismBreach,
      fmt::format("determinism breached: replica {} ended in state {}, an earlier one in {}; they "
                  "differ in {}",
                  record.replica, record.state.hash, first->second.hash,
                  differing_tensors(record.state, first->second)));
}

}  // namespace ndbench
