#include "core/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/machine.h"
#include "core/parity_plan.h"
#include "core/stopping.h"
#include "core/worker_environment.h"

namespace ndbench {

Scheduler::Scheduler(Plan plan, Roster roster, Options options, StartWorker start_worker,
                     StartObserver on_start, RecordObserver on_records)
    : plan_(std::move(plan)),
      setup_(std::move(roster), std::move(options.setup)),
      options_(std::move(options)),
      whole_machine_{std::move(start_worker)},
      on_start_(std::move(on_start)),
      on_records_(std::move(on_records)) {
  for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) {
    Outcome outcome = setup_.outcome(plan_.cells[cell]);
    if (outcome.status != Status::kPassed) given_up_.emplace(cell, std::move(outcome));
  }
}

const Record& Scheduler::measure(std::size_t cell, int replica) {
  const auto key = std::pair(cell, replica);
  if (!records_.contains(key)) {
    const std::vector<std::size_t> group = plan_.group_of(cell);
    pass_parity(plan_.cells[cell]);
    const double start = options_.seconds();
    if (plan_.cells[cell].scope == ScopeKind::kEpoch) {
      measure_epochs(group, replica);
    } else {
      std::vector<Trainee> trainees = make_round(group, replica);
      if (!trainees.empty()) measure_steps(trainees, replica, start);
      hand_out();
    }
    Sequence& sequence = sequences_[plan_.cells[cell].group_name()];
    sequence.seconds += options_.seconds() - start;
    sequence.replicas = std::max(sequence.replicas, replica + 1);
  }
  return records_.at(key);
}

bool Scheduler::is_enough(std::size_t cell, int replica) {
  const Cell& asked = plan_.cells[cell];
  if (!plan_.is_sequential(asked)) return false;
  const std::string name = asked.group_name();
  Sequence& sequence = sequences_[name];
  if (replica < sequence.replicas) return false;
  if (sequence.is_over) return true;
  const StoppingRule rule{.precision = plan_.step.precision,
                          .time_cap = plan_.step.time_cap,
                          .least = plan_.replicas(asked),
                          .most = plan_.most_replicas(asked)};
  if (sequence.replicas < rule.least) return false;
  const GroupCost cost = cost_so_far(plan_.group_of(cell), sequence.replicas);
  const StoppingDecision decision = decide(rule, cost, sequence.replicas, sequence.seconds);
  sequence.is_over = decision.stop;
  if (decision.stop) {
    for (const std::size_t other : plan_.group_of(cell)) drop_snapshots(other);
  }
  if (!decision.unmet.empty()) unmet_.push_back(fmt::format("{}: {}", name, decision.unmet));
  return decision.stop;
}

/// Only of modes that can still be measured against their reference.
GroupCost Scheduler::cost_so_far(const std::vector<std::size_t>& group, int replicas) const {
  std::vector<const Record*> records;
  std::set<std::string> given_up;
  for (const std::size_t cell : group) {
    if (given_up_.contains(cell)) given_up.insert(plan_.cells[cell].mode.name);
    for (int replica = 0; replica < replicas; ++replica) {
      records.push_back(&records_.at({cell, replica}));
    }
  }
  GroupCost cost = cost_of(records);
  std::erase_if(cost.modes, [&](const ModeCost& mode) {
    return given_up.contains(mode.mode) || given_up.contains(cost.reference);
  });
  return cost;
}

/// One replica of each cell of a group; the cells that are given up have their records then.
std::vector<Trainee> Scheduler::make_round(const std::vector<std::size_t>& group, int replica) {
  std::vector<Trainee> trainees;
  for (const std::size_t cell : group) {
    if (records_.contains({cell, replica})) continue;  // of an earlier run
    Trainee trainee{cell, setup_.record(plan_.cells[cell], replica), {}};
    if (!given_up_.contains(cell)) {
      trainees.push_back(std::move(trainee));
      continue;
    }
    leave_out(trainee);
    // Only the first replica's record tells it to the observer: the others were not tried.
    if (replica == 0) complete_.push_back(&records_.at(std::pair(cell, replica)));
  }
  return trainees;
}

/// Compares the cell's backend with the reference, once; gives all its cells up if it differs.
void Scheduler::pass_parity(const Cell& cell) {
  if (!needs_parity(plan_, setup_.roster(), cell)) return;
  if (parity_checked_.contains({cell.model.name, cell.backend.name})) return;
  const Record record = setup_.record(plan_.cells[parity_cell(plan_, cell)], 0);
  // Batch norm and dropout of a shard are other functions than those of a whole batch.
  const auto& knobs = setup_.roster().backends.at(cell.backend.name).knobs;
  const bool is_sharded = std::find(knobs.begin(), knobs.end(), "ordered_reduction") != knobs.end();
  const PluginSearch& reference = is_sharded ? options_.sharded_reference : options_.reference;
  ParityRequest request{.model = cell.model.name,
                        .backend = cell.backend.name,
                        .cell = {setup_.environment(record), setup_.request(record)},
                        .reference = {worker_environment({}, 1), setup_.request(record)},
                        .retries = options_.retries,
                        .later_step = plan_.parity.step,
                        .reference_plugin = reference.outcome};
  request.reference.request.backend = reference.file;
  request.reference.request.settings = {
      .threads = 1, .shards = cell.backend.shards, .switches = {{"deterministic", true}}};
  const Parity parity = check_parity(request, whole_machine_.start_worker);
  if (options_.on_parity) options_.on_parity(parity);
  take(parity);
}

void Scheduler::take(const Parity& parity) {
  parity_checked_.emplace(parity.model, parity.backend);
  if (parity.status != Parity::Status::kFailed) return;
  for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) {
    const Cell& planned = plan_.cells[cell];
    if (planned.model.name != parity.model || planned.backend.name != parity.backend) continue;
    given_up_.emplace(cell, parity.outcome());
  }
}

std::vector<const Record*> Scheduler::restore(std::vector<Record> records,
                                              const std::vector<Parity>& parities) {
  for (const Parity& parity : parities) take(parity);
  std::map<std::string, std::size_t> cells;
  for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) {
    cells.emplace(plan_.cells[cell].name(), cell);
  }
  std::vector<const Record*> restored;
  for (Record& record : records) {
    const std::size_t cell = cells.at(record.cell.name());
    restore_counts(record);
    if (record.ends_cell()) given_up_.emplace(cell, record.outcome);
    const auto key = std::pair(cell, record.replica);
    restored.push_back(&records_.emplace(key, std::move(record)).first->second);
  }
  // In the order of cells and replicas: the first of each tooling is what others must equal.
  for (const auto& [key, record] : records_) {
    if (record.outcome.status != Status::kPassed) continue;
    if (record.cell.mode.must_repeat_in_environment()) {
      (void)repetition_.check(key.first, record, nullptr);
    }
  }
  for (std::size_t cell = 0; cell < plan_.cells.size(); ++cell) {
    const std::vector<std::size_t> group = plan_.group_of(cell);
    if (plan_.is_sequential(plan_.cells[cell]) && group.front() == cell) restore_sequence(group);
  }
  return restored;
}

/// Every replica of a group takes as many iterations as the first.
void Scheduler::restore_counts(const Record& record) {
  if (record.outcome.status != Status::kPassed) return;
  const std::string group = record.cell.group_name();
  if (record.cell.scope == ScopeKind::kEpoch) {
    epoch_counts_.try_emplace(group, record.iterations());
  } else {
    step_counts_.try_emplace(
        group, StepCounts{record.warmup_steps, record.iterations(), plan_.step.blocks});
  }
}

/// How often the group was measured, and how long that took.
void Scheduler::restore_sequence(const std::vector<std::size_t>& group) {
  Sequence& sequence = sequences_[plan_.cells[group.front()].group_name()];
  const auto is_there = [&](std::size_t cell) {
    return records_.contains({cell, sequence.replicas});
  };
  for (; std::any_of(group.begin(), group.end(), is_there); ++sequence.replicas) {
    double seconds = 0.0;
    for (const std::size_t cell : group) {
      if (!is_there(cell)) {
        if (!given_up_.contains(cell)) return;
        Trainee trainee{cell, setup_.record(plan_.cells[cell], sequence.replicas), {}};
        leave_out(trainee);
      }
      seconds = std::max(seconds, records_.at({cell, sequence.replicas}).round_seconds);
    }
    sequence.seconds += seconds;
  }
}

/// Replica 0, which is measured first, is what the others are compared with.
TraceRequest Scheduler::trace_request(std::size_t cell, int replica) const {
  TraceRequest request{.enabled = true, .is_reference = replica == 0};
  const bool is_compared = plan_.replicas(plan_.cells[cell]) > 1 && !options_.scratch.empty();
  if (is_compared) request.folder = (options_.scratch / std::to_string(cell)).string();
  return request;
}

/// Starts a worker and sends it the task; the caller awaits Prepared.
void Scheduler::start(Trainee& trainee, const Lane& lane) {
  Record& record = trainee.record;
  on_start_(record.cell, record.replica);
  record.load_average = load_average();
  const auto given = setup_.environment(record, lane.processors.size());
  record.environment = given;
  record.environment.merge(compute_environment());
  std::erase_if(record.environment, [](const auto& variable) { return variable.second.empty(); });
  PrepareRequest request = setup_.request(record);
  request.trace = trace_request(trainee.cell, record.replica);
  trainee.attempt([&] {
    trainee.worker = lane.start_worker(given);
    trainee.worker->send(request);
  });
}

/// Whether its worker was lost, so that another one may do better.
bool Scheduler::may_try_again(const Trainee& trainee) const {
  const Record& record = trainee.record;
  return record.outcome.is_lost &&
         record.attempts.size() < static_cast<std::size_t>(options_.retries) &&
         !given_up_.contains(trainee.cell);
}

/// The same replica from its start, with `why` as what became of the attempt before.
Trainee Scheduler::next_attempt(const Trainee& trainee, Outcome why) {
  const Record& before = trainee.record;
  if (before.outcome.is_lost && options_.on_retry) options_.on_retry(before);
  if (before.replica == 0) drop_snapshots(trainee.cell);
  Trainee next{trainee.cell, setup_.record(before.cell, before.replica), {}};
  next.record.jobs = before.jobs;
  next.record.left_processes = before.left_processes;
  next.record.attempts = before.attempts;
  next.record.attempts.push_back(std::move(why));
  return next;
}

void Scheduler::measure_steps(std::vector<Trainee>& trainees, int replica, double start_seconds) {
  train_round(trainees, replica);
  while (true) {
    const auto lost =
        std::find_if(trainees.begin(), trainees.end(),
                     [this](const Trainee& trainee) { return may_try_again(trainee); });
    if (lost == trainees.end()) break;
    const std::string because = lost->record.cell.name();
    for (Trainee& trainee : trainees) {
      if (may_try_again(trainee)) {
        trainee = next_attempt(trainee, trainee.record.outcome);
      } else if (trainee.has_passed()) {
        trainee = next_attempt(
            trainee,
            skipped(fmt::format("measured again with {}, whose worker was lost", because)));
      }
    }
    train_round(trainees, replica);
  }
  for (Trainee& trainee : trainees) {
    trainee.record.round_seconds = options_.seconds() - start_seconds;
    complete(trainee);
  }
}

/// Measures one replica of a group as far as it goes, and lets the workers leave.
void Scheduler::train_round(std::vector<Trainee>& trainees, int replica) {
  for (Trainee& trainee : trainees) {
    if (trainee.has_passed()) start(trainee, whole_machine_);  // LibTorch loads in all at once
  }
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
    train_steps(trainees, replica, counts->second, options_.read_host);
  }
  for (Trainee& trainee : trainees) {
    if (trainee.worker != nullptr) trainee.finish();
  }
}

/// Measures one replica of each cell of a group, or with several lanes all replicas, replica 0 of
/// each cell first: what the others are compared with.
void Scheduler::measure_epochs(const std::vector<std::size_t>& group, int replica) {
  const bool side_by_side = !options_.lanes.empty();
  const std::vector<Lane> lanes = side_by_side ? options_.lanes : std::vector{whole_machine_};
  const int last = side_by_side ? plan_.epoch.replicas - 1 : replica;
  std::deque<Trainee> queue;
  for (int next = side_by_side ? 0 : replica; next <= last; ++next) {
    std::vector<Trainee> round = make_round(group, next);
    hand_out();
    for (const std::size_t turn : block_order(round.size(), 0, next)) {
      round[turn].record.jobs = static_cast<int>(lanes.size());
      queue.push_back(std::move(round[turn]));
    }
  }
  EpochLanes(
      lanes, options_.wait_for_any, options_.read_host,
      {.is_given_up = [this](const Trainee& trainee) { return given_up_.contains(trainee.cell); },
       .start = [this](Trainee& trainee, const Lane& lane) { start(trainee, lane); },
       .epochs = [this](const Record& record) { return epochs(record); },
       .complete =
           [this](Trainee& trainee) {
             complete(trainee);
             hand_out();
           },
       .leave_out = [this](Trainee& trainee) { leave_out(trainee); },
       .try_again = [this](const Trainee& trainee) -> std::optional<Trainee> {
         if (!may_try_again(trainee)) return std::nullopt;
         return next_attempt(trainee, trainee.record.outcome);
       }})
      .run(std::move(queue));
}

/// How many epochs a replica trains, decided for its group by the first that has trained one.
int Scheduler::epochs(const Record& record) {
  const auto [count, undecided] = epoch_counts_.try_emplace(record.cell.group_name(), 0);
  if (undecided) {
    count->second = plan_.minimum_seconds > 0.0
                        ? iterations_for(plan_.minimum_seconds, record.real_seconds(), 1)
                        : plan_.epoch.epochs;
  }
  return count->second;
}

/// Judges the record of a worker that has left, and hands it out.
void Scheduler::complete(Trainee& trainee) {
  if (trainee.record.ends_cell()) {
    given_up_.emplace(trainee.cell, trainee.record.outcome);
    drop_snapshots(trainee.cell);
  }
  if (trainee.has_passed() && trainee.record.cell.mode.must_repeat_in_environment()) {
    const auto reference = records_.find(std::pair(trainee.cell, 0));
    Outcome outcome = repetition_.check(trainee.cell, trainee.record,
                                        reference == records_.end() ? nullptr : &reference->second);
    if (outcome.status != Status::kPassed) trainee.record.outcome = std::move(outcome);
  }
  const auto key = std::pair(trainee.cell, trainee.record.replica);
  const Record& record = records_.emplace(key, std::move(trainee.record)).first->second;
  const auto measured = std::distance(records_.lower_bound(std::pair(trainee.cell, 0)),
                                      records_.lower_bound(std::pair(trainee.cell + 1, 0)));
  const bool has_all = measured >= plan_.replicas(record.cell) && !plan_.is_sequential(record.cell);
  if (has_all) drop_snapshots(trainee.cell);
  complete_.push_back(&record);
}

void Scheduler::hand_out() {
  if (complete_.empty()) return;
  const std::vector<const Record*> records = std::exchange(complete_, {});
  on_records_(records);
}

/// For when nobody will read them any more.
void Scheduler::drop_snapshots(std::size_t cell) const {
  if (options_.scratch.empty()) return;
  std::error_code ignored;  // what stays is removed with the scratch folder
  std::filesystem::remove_all(options_.scratch / std::to_string(cell), ignored);
}

/// Repeats the outcome of a cell that is given up for a replica that is not measured.
void Scheduler::leave_out(Trainee& trainee) {
  trainee.record.outcome = given_up_.at(trainee.cell);
  const auto key = std::pair(trainee.cell, trainee.record.replica);
  records_.emplace(key, std::move(trainee.record));
}

}  // namespace ndbench
