#include "core/epoch_lanes.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/interrupt.h"
#include "core/usage_error.h"

namespace ndbench {

std::vector<Processors> lane_processors(int jobs, const Plan& plan,
                                        const std::vector<Processors>& cores) {
  const auto count = static_cast<std::size_t>(jobs);
  if (count > cores.size()) {
    throw UsageError(fmt::format(
        "--jobs={}: each replica that runs beside others has cores of its own, and ndbench may use "
        "{} here; --jobs={} is the most",
        jobs, cores.size(), cores.size()));
  }
  const bool any_epoch = std::any_of(plan.cells.begin(), plan.cells.end(), [](const Cell& cell) {
    return cell.scope == ScopeKind::kEpoch;
  });
  if (!any_epoch) {
    throw UsageError(fmt::format(
        "--jobs={}: epoch replicas alone run side by side, and no epoch benchmark is selected; "
        "leave it out, or add [epoch] to the suite",
        jobs));
  }
  return core_sets(cores, count);
}

EpochLanes::EpochLanes(const std::vector<Lane>& lanes, WaitForAny wait_for_any, ReadHost read_host,
                       Decisions decisions)
    : lanes_(lanes),
      wait_for_any_(std::move(wait_for_any)),
      read_host_(std::move(read_host)),
      decisions_(std::move(decisions)),
      running_(lanes.size()) {}

void EpochLanes::run(std::deque<Trainee> queue) {
  queue_ = std::move(queue);
  const auto is_running = [](const auto& lane) { return lane.has_value(); };
  for (fill(); std::any_of(running_.begin(), running_.end(), is_running); fill()) hear();
}

/// Gives each idle lane the next replica that may begin.
void EpochLanes::fill() {
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    while (!running_[lane]) {
      std::optional<Trainee> next = take_next();
      if (!next) return;
      decisions_.start(*next, lanes_[lane]);
      if (next->has_passed()) {
        running_[lane].emplace(Running{std::move(*next), HostWatch(read_host_)});
      } else {
        end(std::move(*next));
      }
    }
  }
}

/// The first of the queue that does not wait for replica 0 of its cell.
std::optional<Trainee> EpochLanes::take_next() {
  for (auto next = queue_.begin(); next != queue_.end();) {
    const bool is_given_up = decisions_.is_given_up(*next);
    if (!is_given_up && runs_first_replica(next->cell)) {
      ++next;
      continue;
    }
    Trainee taken = std::move(*next);
    next = queue_.erase(next);
    if (!is_given_up) return taken;
    decisions_.leave_out(taken);
  }
  return std::nullopt;
}

/// Waits for an answer and goes on with whoever has one.
void EpochLanes::hear() {
  if (!is_alone()) {
    std::vector<Worker*> workers;
    for (const auto& running : running_) {
      if (running) workers.push_back(running->trainee.worker.get());
    }
    wait_for_any_(workers);
  }
  for (auto& running : running_) {
    if (!running) continue;  // idle, or its cell was given up a moment ago
    Trainee& trainee = running->trainee;
    trainee.attempt([&] {
      auto answer = is_alone() ? trainee.worker->receive() : trainee.worker->try_receive();
      if (answer) hear(*running, std::move(*answer));
    });
    if (trainee.worker != nullptr) continue;
    Trainee ended = std::move(trainee);
    running.reset();
    end(std::move(ended));
  }
}

/// Takes the answer to what the worker was asked, and asks for what comes next.
void EpochLanes::hear(Running& running, Message answer) {
  Trainee& trainee = running.trainee;
  Record& record = trainee.record;
  Worker& worker = *trainee.worker;
  switch (running.asked) {
    case Asked::kPrepare:
      trainee.take(Worker::expect<Prepared>(std::move(answer)));
      ask_epoch(running, EpochRequest{0});
      running.asked = Asked::kEpoch;
      break;
    case Asked::kEpoch:
      take_epoch(running, Worker::expect<EpochSample>(std::move(answer)));
      if (const int trained = record.iterations(); trained < decisions_.epochs(record)) {
        ask_epoch(running, EpochRequest{trained, trained + 1 == decisions_.epochs(record)});
      } else {
        worker.send(StateRequest{});
        running.asked = Asked::kState;
      }
      break;
    case Asked::kState:
      trainee.take(Worker::expect<State>(std::move(answer)));
      worker.send(FinishRequest{});
      running.asked = Asked::kFinish;
      break;
    case Asked::kFinish:
      trainee.take(Worker::expect<Finished>(std::move(answer)));
      break;
  }
}

void EpochLanes::ask_epoch(Running& running, const EpochRequest& request) const {
  if (is_alone()) running.watch.begin();
  running.trainee.worker->send(request);
}

void EpochLanes::take_epoch(Running& running, EpochSample sample) const {
  Trainee& trainee = running.trainee;
  if (is_alone()) {
    trainee.record.blocks.push_back(
        {.block = trainee.record.iterations(),
         .seconds = {sample.train_seconds + sample.evaluate_seconds},
         .cpu_seconds = sample.cpu_seconds,
         .run_queue_seconds = sample.run_queue_seconds,
         .threads = trainee.threads(),
         .host = running.watch.end(sample.request_cpu_seconds, trainee.threads(), trainee.gpu())});
    judge(trainee.record.blocks);
  }
  trainee.take(std::move(sample));
}

/// The replica's worker is gone.
void EpochLanes::end(Trainee trainee) {
  auto again = decisions_.try_again ? decisions_.try_again(trainee) : std::nullopt;
  if (again) {
    queue_.push_front(std::move(*again));
    return;
  }
  decisions_.complete(trainee);
  if (decisions_.is_given_up(trainee)) give_up(trainee.cell);
}

/// Ends the replicas of a cell that run.
void EpochLanes::give_up(std::size_t cell) {
  for (auto& running : running_) {
    if (!running || running->trainee.cell != cell) continue;
    decisions_.leave_out(running->trainee);
    running.reset();
  }
}

bool EpochLanes::runs_first_replica(std::size_t cell) const {
  return std::any_of(running_.begin(), running_.end(), [&](const auto& running) {
    return running && running->trainee.cell == cell && running->trainee.record.replica == 0;
  });
}

}  // namespace ndbench
