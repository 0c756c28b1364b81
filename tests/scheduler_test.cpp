#include "core/scheduler.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/interrupt.h"
#include "core/seeds.h"
#include "core/worker_environment.h"
#include "fake_worker.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const ParameterValue kTrue = true;
const ParameterValue kDefault = "default";

/// A scheduler over one model and one backend, in the modes fixed and noisy, whose workers answer
/// what the tests set. A worker is called by its mode and replica: "fixed/0".
class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() {
    suite_.modes = {built_in_modes()[0], built_in_modes()[1]};
    suite_.models.push_back({"m", "m", {}, {}});
    suite_.backends.push_back({.name = "cpu", .plugin = "cpu", .position = {}});
    roster_.models["m"] = {
        {PluginKind::kModel, "m", "/m.so"}, Parameters({{"depth", std::int64_t{8}}}), {}};
    roster_.backends["cpu"] = {
        {PluginKind::kBackend, "cpu", "/cpu.so"}, {}, {}, {"deterministic", "threads"}};
  }

  Scheduler make_scheduler() {
    return {make_plan(suite_, limits_),
            roster_,
            options_,
            [this](const auto& environment) { return start_worker(environment); },
            [this](const Cell& cell, int replica) {
              started_.push_back(cell.mode.name + "/" + std::to_string(replica));
            },
            [this](std::span<const Record* const> records) {
              rounds_.push_back(records.size());
              for (const Record* record : records) {
                recorded_.push_back(record->cell.mode.name + "/" + std::to_string(record->replica));
              }
            }};
  }

  std::unique_ptr<Worker> start_worker(const std::map<std::string, std::string>& environment) {
    environments_.push_back(environment);
    const std::string label = started_.empty() ? "parity" : started_.back();
    return std::make_unique<FakeWorker>(
        label, [this, label](const Message& request) { return answer(label, request); }, log_);
  }

  Message answer(const std::string& label, const Message& request) {
    if (interfere_) interfere_(label, request);
    if (auto* prepare = std::get_if<PrepareRequest>(&request)) {
      prepared_.push_back(*prepare);
      return Prepared{{{"threads", "1"}}, {{"LibTorch", "1.13.1"}}, 0.5};
    }
    if (auto* steps = std::get_if<StepsRequest>(&request)) {
      const auto timed = static_cast<std::size_t>(steps->steps);
      const auto all = static_cast<std::size_t>(steps->settle + steps->steps);
      const double waited = waited_ ? waited_(label) : 0.0;
      StepSamples samples{std::vector(timed, seconds_), std::vector(all, 2.5),
                          0.5 * static_cast<double>(timed), 16};
      samples.run_queue_seconds = waited;
      trained_[label] += static_cast<std::int64_t>(all);
      if (answer_trace_) samples.trace.push_back(point(label, trained_[label]));
      return samples;
    }
    if (std::holds_alternative<EpochRequest>(request)) {
      EpochSample sample{seconds_, 0.0, seconds_, 1.0, 100, 0.75, {"accuracy", 0.5, true, 10, {}}};
      if (answer_trace_) {
        sample.trace.push_back(point(label, std::get<EpochRequest>(request).epoch));
        sample.evaluation.logits = std::vector<float>(10, 0.5F);
      }
      return sample;
    }
    if (std::holds_alternative<StateRequest>(request)) {
      const auto found = states_.find(label);
      State state =
          found == states_.end() ? State{"same", {{"w", "1"}, {"b", "2"}}} : found->second;
      if (answer_trace_) state.trace.push_back(point(label, 100));
      return state;
    }
    if (std::holds_alternative<FinishRequest>(request)) return Finished{1024};
    if (const auto* probe = std::get_if<ProbeRequest>(&request)) {
      const double error = probe->perturbation == 0.0 ? gradient_error_ : 0.0;
      return Probe{.loss = 1.0, .gradients = {{"w", 1.0, error}}, .gradient_count = 1};
    }
    throw std::logic_error("not a request of the scheduler");
  }

  /// What a worker says of a step: the same as all others unless trace_hashes_ says otherwise.
  [[nodiscard]] TracePoint point(const std::string& label, std::int64_t step) const {
    TracePoint result{.step = step, .state_hash = std::to_string(step)};
    if (const auto found = trace_hashes_.find(label); found != trace_hashes_.end()) {
      if (found->second.contains(step)) result.state_hash = found->second.at(step);
    }
    return result;
  }

  /// The requests for training, of all workers in their order.
  [[nodiscard]] std::vector<std::string> steps() const {
    std::vector<std::string> result;
    std::copy_if(log_.begin(), log_.end(), std::back_inserter(result),
                 [](const std::string& line) { return line.find(" steps ") != std::string::npos; });
    return result;
  }

  Suite suite_;
  Limits limits_;
  Roster roster_;
  Scheduler::Options options_{
      .setup = {.suite_seed = 5, .default_threads = 2, .data_path = {"/d1", "/d2"}},
      .seconds = [this] { return now_; },
      .read_host = [] { return HostReading{}; }};
  double now_ = 0.0;
  double seconds_ = 0.25;        ///< of a step, of an epoch's training, of its evaluation
  double gradient_error_ = 0.0;  ///< of each probed step, in size 1
  std::map<std::string, State> states_;
  std::function<double(const std::string& label)> waited_;  ///< for a core, in a block
  bool answer_trace_ = false;
  std::map<std::string, std::map<std::int64_t, std::string>> trace_hashes_;
  std::map<std::string, std::int64_t> trained_;  ///< steps of each worker so far
  std::function<void(const std::string& label, const Message& request)> interfere_;

  std::vector<std::string> log_;
  std::vector<std::string> started_;
  std::vector<std::string> recorded_;
  std::vector<std::size_t> rounds_;  ///< how many records were handed out at once
  std::vector<PrepareRequest> prepared_;
  std::vector<std::map<std::string, std::string>> environments_;
};

class StepScheduler : public SchedulerTest {
 protected:
  StepScheduler() { suite_.step = StepScope{.replicas = 2, .steps = 8, .warmup = 5, .blocks = 4}; }
};

class EpochScheduler : public SchedulerTest {
 protected:
  EpochScheduler() { suite_.epoch = EpochScope{.replicas = 2, .epochs = 3}; }
};

TEST_F(StepScheduler, InterleavesTheBlocksOfAGroupForthAndBack) {
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_THAT(log_,
              ElementsAre("fixed/0 prepare", "noisy/0 prepare",      // together
                          "fixed/0 steps 5+0", "noisy/0 steps 5+0",  // warm-up
                          "fixed/0 steps 1+2", "noisy/0 steps 1+2", "noisy/0 steps 1+2",  // A B B
                          "fixed/0 steps 1+2", "fixed/0 steps 1+2", "noisy/0 steps 1+2",  // A A B
                          "noisy/0 steps 1+2", "fixed/0 steps 1+2",                       // B A
                          "fixed/0 state", "noisy/0 state", "fixed/0 finish", "fixed/0 gone",
                          "noisy/0 finish", "noisy/0 gone"));
}

/// Their records, as a run that was interrupted after them leaves them.
std::vector<Record> copies(Scheduler& scheduler, std::initializer_list<int> replicas) {
  std::vector<Record> records;
  for (const int replica : replicas) {
    for (const std::size_t cell : {0U, 1U}) records.push_back(scheduler.measure(cell, replica));
  }
  return records;
}

TEST_F(StepScheduler, HandsOutTheRecordsOfARoundTogether) {
  Scheduler scheduler = make_scheduler();
  for (const int replica : {0, 1}) (void)scheduler.measure(0, replica);
  EXPECT_THAT(recorded_, ElementsAre("fixed/0", "noisy/0", "fixed/1", "noisy/1"));
  EXPECT_THAT(rounds_, ElementsAre(2, 2));
}

TEST_F(StepScheduler, GoesOnFromWhatAnEarlierRunMeasured) {
  Scheduler first = make_scheduler();
  std::vector<Record> records = copies(first, {0});
  log_.clear();
  Scheduler second = make_scheduler();
  const std::vector<const Record*> restored = second.restore(std::move(records), {});
  ASSERT_THAT(restored, SizeIs(2));
  EXPECT_EQ(&second.measure(0, 0), restored.at(0));
  EXPECT_THAT(log_, IsEmpty());
  EXPECT_EQ(second.measure(1, 1).replica, 1);
  EXPECT_THAT(recorded_, ElementsAre("fixed/0", "noisy/0", "fixed/1", "noisy/1"));
}

TEST_F(StepScheduler, ComparesWithTheStatesOfAnEarlierRun) {
  Scheduler first = make_scheduler();
  std::vector<Record> records = copies(first, {0});
  Scheduler second = make_scheduler();
  (void)second.restore(std::move(records), {});
  states_["fixed/1"] = State{"another", {{"w", "2"}}};
  EXPECT_EQ(second.measure(0, 1).outcome.exit_code, ExitCode::kDeterminismBreach);
}

TEST_F(StepScheduler, TakesAsManyStepsAsAnEarlierRun) {
  limits_.minimum_seconds = 5.0;  // 20 steps of 0.25 s, by a pilot
  Scheduler first = make_scheduler();
  std::vector<Record> records = copies(first, {0});
  seconds_ = 2.5;
  Scheduler second = make_scheduler();
  (void)second.restore(std::move(records), {});
  EXPECT_THAT(second.measure(0, 1).steps.seconds, SizeIs(20));
}

TEST_F(StepScheduler, DoesNotTryACellAgainThatFailedInAnEarlierRun) {
  interfere_ = [](const std::string& label, const Message& request) {
    if (label == "noisy/0" && std::holds_alternative<PrepareRequest>(request)) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "died")};
    }
  };
  Scheduler first = make_scheduler();
  std::vector<Record> records = copies(first, {0});
  interfere_ = nullptr;
  Scheduler second = make_scheduler();
  (void)second.restore(std::move(records), {});
  EXPECT_EQ(second.measure(1, 1).outcome.reason, "died");
  EXPECT_EQ(second.measure(0, 1).outcome.status, Status::kPassed);
  EXPECT_THAT(started_, Not(Contains("noisy/1")));
}

TEST_F(StepScheduler, CountsTheRoundsAndTheTimeOfAnEarlierRun) {
  suite_.step->precision = 0.02;
  suite_.step->time_cap = 100.0;
  Scheduler first = make_scheduler();
  std::vector<Record> records = copies(first, {0, 1, 2, 3, 4, 5});
  for (Record& record : records) record.round_seconds = 20.0;
  Scheduler second = make_scheduler();
  (void)second.restore(std::move(records), {});
  EXPECT_FALSE(second.is_enough(0, 5));
  EXPECT_TRUE(second.is_enough(0, 6));  // known to ±0 %, or after 120 of 100 seconds
}

TEST_F(StepScheduler, DoesNotCheckParityThatAnEarlierRunChecked) {
  Scheduler scheduler = make_scheduler();
  const Parity failed_before{.model = "m",
                             .backend = "cpu",
                             .status = Parity::Status::kFailed,
                             .reason = "gradients differ"};
  (void)scheduler.restore({}, {failed_before});
  EXPECT_THAT(scheduler.measure(0, 0).outcome.reason, HasSubstr("gradients differ"));
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(EpochScheduler, MeasuresTheReplicasThatAnEarlierRunLeft) {
  Scheduler first = make_scheduler();
  std::vector<Record> records = copies(first, {0});
  records.pop_back();  // noisy/0
  recorded_.clear();
  Scheduler second = make_scheduler();
  (void)second.restore(std::move(records), {});
  for (const int replica : {0, 1}) {
    for (const std::size_t cell : {0U, 1U}) {
      EXPECT_EQ(second.measure(cell, replica).outcome.status, Status::kPassed);
    }
  }
  EXPECT_THAT(recorded_, UnorderedElementsAre("noisy/0", "fixed/1", "noisy/1"));
}

TEST_F(StepScheduler, StartsOddReplicasWithTheLastOfTheGroup) {
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 1);
  EXPECT_THAT(steps(), ElementsAre("fixed/1 steps 5+0", "noisy/1 steps 5+0", "noisy/1 steps 1+2",
                                   "fixed/1 steps 1+2", "fixed/1 steps 1+2", "noisy/1 steps 1+2",
                                   "noisy/1 steps 1+2", "fixed/1 steps 1+2", "fixed/1 steps 1+2",
                                   "noisy/1 steps 1+2"));
}

TEST_F(StepScheduler, RecordsTimedStepsAndAllLosses) {
  Scheduler scheduler = make_scheduler();
  const Record& record = scheduler.measure(1, 0);
  EXPECT_EQ(record.cell.name(), "m/cpu/noisy/step");
  EXPECT_EQ(record.replica, 0);
  EXPECT_EQ(record.outcome.status, Status::kPassed);
  EXPECT_EQ(record.warmup_steps, 5);
  EXPECT_THAT(record.blocks, SizeIs(4));
  EXPECT_THAT(record.discarded, IsEmpty());
  EXPECT_THAT(record.steps.seconds, AllOf(SizeIs(8), Each(0.25)));
  EXPECT_THAT(record.steps.losses, SizeIs(17));  // 5 to warm up, 4 blocks of 1 + 2
  EXPECT_EQ(record.steps.cpu_seconds, 4.0);      // 8 timed steps
  EXPECT_EQ(record.steps.batch_size, 16);
  EXPECT_EQ(record.state.hash, "same");
  EXPECT_EQ(record.peak_memory_bytes, 1024);
  EXPECT_THAT(record.in_force, ElementsAre(Pair("threads", "1")));
  EXPECT_THAT(record.libraries, ElementsAre(Pair("LibTorch", "1.13.1")));
  EXPECT_THAT(record.epochs, IsEmpty());
}

TEST_F(StepScheduler, MeasuresEachReplicaOnce) {
  Scheduler scheduler = make_scheduler();
  const Record* first = &scheduler.measure(0, 0);
  EXPECT_EQ(&scheduler.measure(0, 0), first);
  (void)scheduler.measure(1, 0);
  EXPECT_THAT(started_, ElementsAre("fixed/0", "noisy/0"));
  EXPECT_THAT(recorded_, ElementsAre("fixed/0", "noisy/0"));
}

TEST_F(StepScheduler, MeasuresNothingUnasked) {
  Scheduler scheduler = make_scheduler();
  EXPECT_THAT(started_, IsEmpty());
  (void)scheduler.measure(0, 1);
  EXPECT_THAT(started_, ElementsAre("fixed/1", "noisy/1"));
}

TEST_F(StepScheduler, KeepsGroupsApart) {
  suite_.models.push_back({"n", "m", {}, {}});
  roster_.models["n"] = roster_.models["m"];
  Scheduler scheduler = make_scheduler();
  const Record& record = scheduler.measure(2, 0);
  EXPECT_EQ(record.cell.name(), "n/cpu/fixed/step");
  EXPECT_THAT(started_, ElementsAre("fixed/0", "noisy/0"));
}

TEST_F(StepScheduler, TakesExactlyTheStepsAskedForInUnevenBlocks) {
  suite_.step = StepScope{.replicas = 1, .steps = 9, .warmup = 0, .blocks = 4};
  Scheduler scheduler = make_scheduler();
  const Record& record = scheduler.measure(0, 0);
  EXPECT_THAT(record.steps.seconds, SizeIs(9));
  EXPECT_THAT(steps(), Contains("fixed/0 steps 1+3").Times(1));
  EXPECT_THAT(steps(), Contains("fixed/0 steps 1+2").Times(3));
}

TEST_F(StepScheduler, TakesTheFewestStepsOfADryRun) {
  limits_.dry_run = true;
  Scheduler scheduler = make_scheduler();
  const Record& record = scheduler.measure(0, 0);
  EXPECT_THAT(record.steps.seconds, SizeIs(1));
  EXPECT_THAT(record.steps.losses, SizeIs(2));
  EXPECT_EQ(record.warmup_steps, 0);
}

TEST_F(StepScheduler, FillsTheTimeAskedForWithAsManyStepsInEveryReplica) {
  limits_.minimum_seconds = 4.0;  // 16 steps of 0.25 s
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_EQ(steps().at(0), "fixed/0 steps 0+5");  // warms up, and tells how long a step takes
  EXPECT_EQ(steps().at(1), "fixed/0 steps 0+0");
  EXPECT_EQ(steps().at(2), "noisy/0 steps 5+0");
  EXPECT_EQ(steps().at(3), "fixed/0 steps 1+4");
  seconds_ = 8.0;  // slower now: not a reason to take fewer steps than replica 0
  (void)scheduler.measure(0, 1);
  for (const std::size_t cell : {0U, 1U}) {
    for (const int replica : {0, 1}) {
      const Record& record = scheduler.measure(cell, replica);
      EXPECT_THAT(record.steps.seconds, SizeIs(16));
      EXPECT_THAT(record.steps.losses, SizeIs(25));  // 5 + 4 × (1 + 4)
      EXPECT_EQ(record.warmup_steps, 5);
    }
  }
  EXPECT_EQ(scheduler.measure(0, 0).steps.cpu_seconds, 8.0);  // 16 × 0.5: the pilot's not counted
}

TEST_F(StepScheduler, TakesAtLeastOneStepABlockHoweverLongItTakes) {
  limits_.minimum_seconds = 0.001;
  Scheduler scheduler = make_scheduler();
  EXPECT_THAT(scheduler.measure(0, 0).steps.seconds, SizeIs(4));
}

TEST_F(StepScheduler, WarmsUpForTheTimeAskedFor) {
  limits_.minimum_warmup_seconds = 2.0;  // 8 steps of 0.25 s
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(0, 0).warmup_steps, 8);
  EXPECT_EQ(steps().at(0), "fixed/0 steps 0+5");
  EXPECT_EQ(steps().at(1), "fixed/0 steps 3+0");
  EXPECT_EQ(steps().at(2), "noisy/0 steps 8+0");
  EXPECT_THAT(scheduler.measure(0, 0).steps.seconds, SizeIs(8));
}

TEST_F(StepScheduler, LetsAnotherOfTheGroupTellTheTimeWhenTheFirstHasFailed) {
  std::swap(suite_.modes[0], suite_.modes[1]);  // noisy comes first
  limits_.minimum_seconds = 4.0;
  interfere_ = [](const std::string& label, const Message&) {
    if (label == "noisy/0") throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "gone")};
  };
  Scheduler scheduler = make_scheduler();
  // Replicas of the other mode must take as many steps as each other, or they cannot agree.
  EXPECT_THAT(scheduler.measure(1, 0).steps.seconds, SizeIs(16));
  EXPECT_THAT(scheduler.measure(1, 1).steps.seconds, SizeIs(16));
  EXPECT_EQ(scheduler.measure(1, 0).steps.losses.size(),
            scheduler.measure(1, 1).steps.losses.size());
}

TEST_F(StepScheduler, LetsAFailureCostItsOwnCellAlone) {
  int blocks = 0;
  interfere_ = [&blocks](const std::string& label, const Message& request) {
    const auto* steps = std::get_if<StepsRequest>(&request);
    if (label == "noisy/0" && steps != nullptr && steps->steps > 0 && ++blocks == 2) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "killed by SIGSEGV", "train")};
    }
  };
  Scheduler scheduler = make_scheduler();
  const Record& noisy = scheduler.measure(1, 0);
  EXPECT_EQ(noisy.outcome.status, Status::kFailed);
  EXPECT_EQ(noisy.outcome.reason, "killed by SIGSEGV");
  EXPECT_EQ(noisy.outcome.phase, "train");
  EXPECT_EQ(noisy.outcome.exit_code, ExitCode::kBenchmarkFailed);
  EXPECT_EQ(noisy.state.hash, "");
  const Record& fixed = scheduler.measure(0, 0);
  EXPECT_EQ(fixed.outcome.status, Status::kPassed);
  EXPECT_THAT(fixed.steps.seconds, SizeIs(8));
  // Its worker is let go at once and asked nothing more.
  EXPECT_THAT(log_, Contains("noisy/0 steps 1+2").Times(2));
  EXPECT_THAT(log_, Not(Contains("noisy/0 finish")));
  EXPECT_LT(std::find(log_.begin(), log_.end(), "noisy/0 gone"),
            std::find(log_.begin(), log_.end(), "fixed/0 finish"));
  EXPECT_THAT(recorded_, ElementsAre("fixed/0", "noisy/0"));
}

TEST_F(StepScheduler, DoesNotTryAFailedCellAgain) {
  interfere_ = [](const std::string& label, const Message& request) {
    if (label == "noisy/0" && std::holds_alternative<PrepareRequest>(request)) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "no data", "prepare")};
    }
  };
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  const Record& again = scheduler.measure(1, 1);
  EXPECT_EQ(again.replica, 1);
  EXPECT_EQ(again.outcome.reason, "no data");
  EXPECT_EQ(scheduler.measure(0, 1).outcome.status, Status::kPassed);
  EXPECT_THAT(started_, ElementsAre("fixed/0", "noisy/0", "fixed/1"));
  EXPECT_THAT(recorded_, ElementsAre("fixed/0", "noisy/0", "fixed/1"));
}

/// Loses the worker `label` when it is asked for its state, the first `times`.
std::function<void(const std::string&, const Message&)> losing(std::string label, int times) {
  return
      [label = std::move(label), times](const std::string& asked, const Message& request) mutable {
        if (asked != label || !std::holds_alternative<StateRequest>(request) || times-- <= 0)
          return;
        Outcome outcome = failed(ExitCode::kBenchmarkFailed, "killed by SIGSEGV", "hash");
        outcome.is_lost = true;
        throw WorkerFailed{outcome, {{"daemon", 1}}};
      };
}

TEST_F(StepScheduler, TriesALostReplicaAgainInAllModesOfItsRound) {
  interfere_ = losing("noisy/0", 1);
  options_.retries = 1;
  std::vector<std::string> retried;
  options_.on_retry = [&](const Record& record) { retried.push_back(record.cell.name()); };
  Scheduler scheduler = make_scheduler();
  const Record& noisy = scheduler.measure(1, 0);
  const Record& fixed = scheduler.measure(0, 0);
  EXPECT_EQ(noisy.outcome.status, Status::kPassed);
  ASSERT_THAT(noisy.attempts, SizeIs(1));
  EXPECT_EQ(noisy.attempts[0].reason, "killed by SIGSEGV");
  EXPECT_EQ(noisy.left_processes, (LeftProcesses{{"daemon", 1}}));
  EXPECT_THAT(noisy.steps.seconds, SizeIs(8));
  EXPECT_EQ(fixed.outcome.status, Status::kPassed);
  ASSERT_THAT(fixed.attempts, SizeIs(1));
  EXPECT_EQ(fixed.attempts[0].status, Status::kSkipped);
  EXPECT_EQ(fixed.attempts[0].reason,
            "measured again with m/cpu/noisy/step, whose worker was lost");
  EXPECT_THAT(fixed.steps.seconds, SizeIs(8));
  EXPECT_THAT(started_, ElementsAre("fixed/0", "noisy/0", "fixed/0", "noisy/0"));
  EXPECT_THAT(recorded_, ElementsAre("fixed/0", "noisy/0"));
  EXPECT_THAT(retried, ElementsAre("m/cpu/noisy/step"));
}

TEST_F(StepScheduler, FailsAReplicaThatIsLostInEveryAttempt) {
  interfere_ = losing("noisy/0", 3);
  options_.retries = 2;
  Scheduler scheduler = make_scheduler();
  const Record& noisy = scheduler.measure(1, 0);
  EXPECT_EQ(noisy.outcome.reason, "killed by SIGSEGV");
  EXPECT_THAT(noisy.attempts, SizeIs(2));
  EXPECT_EQ(noisy.left_processes, (LeftProcesses{{"daemon", 3}}));
  const Record& fixed = scheduler.measure(0, 0);
  EXPECT_EQ(fixed.outcome.status, Status::kPassed);
  EXPECT_THAT(fixed.attempts, SizeIs(2));
}

TEST_F(StepScheduler, TriesNothingAgainUnasked) {
  interfere_ = losing("noisy/0", 1);
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(1, 0).outcome.status, Status::kFailed);
  EXPECT_THAT(scheduler.measure(1, 0).attempts, IsEmpty());
}

TEST_F(StepScheduler, TriesNoHonestFailureAgain) {
  options_.retries = 5;
  interfere_ = [](const std::string& label, const Message& request) {
    if (label == "noisy/0" && std::holds_alternative<StateRequest>(request)) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "no data", "hash")};
    }
  };
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(1, 0).outcome.reason, "no data");
  EXPECT_THAT(scheduler.measure(1, 0).attempts, IsEmpty());
  EXPECT_THAT(started_, ElementsAre("fixed/0", "noisy/0"));
}

TEST_F(EpochScheduler, TriesALostReplicaAgainAlone) {
  interfere_ = losing("fixed/0", 1);
  options_.retries = 1;
  Scheduler scheduler = make_scheduler();
  const Record& fixed = scheduler.measure(0, 0);
  EXPECT_EQ(fixed.outcome.status, Status::kPassed);
  EXPECT_THAT(fixed.attempts, SizeIs(1));
  EXPECT_THAT(fixed.epochs, SizeIs(suite_.epoch->epochs));
  EXPECT_THAT(scheduler.measure(1, 0).attempts, IsEmpty());
  EXPECT_THAT(started_, ElementsAre("fixed/0", "fixed/0", "noisy/0"));
}

TEST_F(StepScheduler, TakesAnotherAnswerThanAskedForAsAFailure) {
  Scheduler scheduler{make_plan(suite_, limits_),
                      roster_,
                      options_,
                      [this](const auto&) {
                        return std::make_unique<FakeWorker>(
                            "w", [](const Message&) { return PhaseNote{"train"}; }, log_);
                      },
                      [](const Cell&, int) {},
                      [](std::span<const Record* const>) {}};
  const Record& record = scheduler.measure(0, 0);
  EXPECT_EQ(record.outcome.status, Status::kFailed);
  EXPECT_EQ(record.outcome.exit_code, ExitCode::kBenchmarkFailed);
  EXPECT_THAT(record.outcome.reason, HasSubstr("answered another question"));
}

TEST_F(StepScheduler, TakesAWorkerThatDoesNotStartAsAFailure) {
  Scheduler scheduler{make_plan(suite_, limits_),
                      roster_,
                      options_,
                      [](const auto&) -> std::unique_ptr<Worker> {
                        throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "cannot start")};
                      },
                      [](const Cell&, int) {},
                      [this](std::span<const Record* const> records) {
                        for (const Record* record : records) {
                          recorded_.push_back(record->cell.mode.name);
                        }
                      }};
  EXPECT_EQ(scheduler.measure(0, 0).outcome.reason, "cannot start");
  EXPECT_EQ(scheduler.measure(1, 0).outcome.reason, "cannot start");
  EXPECT_THAT(recorded_, ElementsAre("fixed", "noisy"));
}

TEST_F(StepScheduler, RecordsASkippedBackendOnceAndStartsNothing) {
  roster_.backends["cpu"].outcome = skipped("no such device");
  Scheduler scheduler = make_scheduler();
  for (const int replica : {0, 1}) {
    for (const std::size_t cell : {0U, 1U}) {
      const Record& record = scheduler.measure(cell, replica);
      EXPECT_EQ(record.replica, replica);
      EXPECT_EQ(record.outcome.status, Status::kSkipped);
      EXPECT_EQ(record.outcome.reason, "no such device");
      EXPECT_EQ(record.iterations(), 0);
    }
  }
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_THAT(environments_, IsEmpty());
  EXPECT_THAT(recorded_, ElementsAre("fixed/0", "noisy/0"));
}

TEST_F(StepScheduler, PassesWhenFixedReplicasEndInTheSameState) {
  states_["noisy/1"] = {"other", {{"w", "9"}, {"b", "2"}}};  // noise is no breach
  Scheduler scheduler = make_scheduler();
  for (const std::size_t cell : {0U, 1U}) {
    for (const int replica : {0, 1}) {
      EXPECT_EQ(scheduler.measure(cell, replica).outcome.status, Status::kPassed);
    }
  }
}

TEST_F(StepScheduler, CallsADifferingFixedReplicaABreachAndNamesTheFirstTensor) {
  states_["fixed/0"] = {"aaaa", {{"w", "1"}, {"b", "2"}, {"momentum", "3"}, {"step", "4"}}};
  states_["fixed/1"] = {"bbbb", {{"w", "1"}, {"b", "8"}, {"momentum", "9"}, {"step", "4"}}};
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(0, 0).outcome.status, Status::kPassed);
  const Record& record = scheduler.measure(0, 1);
  EXPECT_EQ(record.outcome.status, Status::kFailed);
  EXPECT_EQ(record.outcome.exit_code, ExitCode::kDeterminismBreach);
  EXPECT_EQ(record.outcome.reason,
            "determinism breached: replica 1 ended in state bbbb, an earlier one in aaaa; they "
            "differ in b and 1 other tensors of 4");
  // It ran to its end: what it measured is kept.
  EXPECT_THAT(record.steps.seconds, SizeIs(8));
  EXPECT_EQ(record.state.hash, "bbbb");
}

TEST_F(StepScheduler, LetsSeedsThatVaryEndInDifferentStatesWithDeterministicTooling) {
  suite_.modes = {built_in_modes()[2]};  // algo
  states_["algo/1"] = {"other", {{"w", "9"}, {"b", "2"}}};
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(0, 0).outcome.status, Status::kPassed);
  EXPECT_EQ(scheduler.measure(0, 1).outcome.status, Status::kPassed);
}

TEST_F(StepScheduler, SaysWhenStatesHaveNotAsManyTensors) {
  states_["fixed/1"] = {"bbbb", {{"w", "1"}}};
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_THAT(scheduler.measure(0, 1).outcome.reason, HasSubstr("differ in the number of tensors"));
}

TEST_F(StepScheduler, ComparesEveryReplicaWithTheFirst) {
  suite_.step->replicas = 3;
  states_["fixed/1"] = {"bbbb", {{"w", "0"}, {"b", "2"}}};
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_EQ(scheduler.measure(0, 1).outcome.status, Status::kFailed);
  EXPECT_EQ(scheduler.measure(0, 2).outcome.status, Status::kPassed);
}

/// Of `environment` on a backend and a machine where there are two: its own, and ATen's default.
class EnvironmentScheduler : public StepScheduler {
 protected:
  EnvironmentScheduler() {
    suite_.modes = {built_in_modes()[4]};
    roster_.backends["cpu"].knobs = {"deterministic", "aten_cpu_capability"};
    options_.setup.machine.cpu_flags = {"avx2"};
  }
};

TEST_F(EnvironmentScheduler, GoesThroughTheEnvironmentsAndBeginsAgain) {
  Scheduler scheduler = make_scheduler();
  EXPECT_THAT(scheduler.measure(0, 0).tooling, ElementsAre(Pair("deterministic", kTrue)));
  EXPECT_THAT(scheduler.measure(0, 1).tooling,
              ElementsAre(Pair("aten_cpu_capability", kDefault), Pair("deterministic", kTrue)));
  EXPECT_EQ(scheduler.measure(0, 2).tooling, scheduler.measure(0, 0).tooling);
  EXPECT_FALSE(environments_.at(0).contains("ATEN_CPU_CAPABILITY"));
  EXPECT_EQ(environments_.at(1).at("ATEN_CPU_CAPABILITY"), "default");
}

TEST_F(EnvironmentScheduler, LetsEnvironmentsDifferButNotOneFromItself) {
  states_["environment/1"] = {"other", {{"w", "9"}, {"b", "2"}}};
  states_["environment/3"] = {"drift", {{"w", "8"}, {"b", "2"}}};
  Scheduler scheduler = make_scheduler();
  for (const int replica : {0, 1, 2}) {
    EXPECT_EQ(scheduler.measure(0, replica).outcome.status, Status::kPassed) << replica;
  }
  const Record& record = scheduler.measure(0, 3);
  EXPECT_EQ(record.outcome.exit_code, ExitCode::kDeterminismBreach);
  EXPECT_THAT(record.outcome.reason, HasSubstr("replica 3 ended in state drift"));
}

TEST_F(EnvironmentScheduler, SkipsWhatHasOneEnvironmentAlone) {
  roster_.backends["cpu"].knobs = {"deterministic"};
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(0, 0).outcome.status, Status::kSkipped);
  EXPECT_EQ(scheduler.measure(0, 0).outcome.reason,
            "backend 'cpu' has no knob that makes another environment here");
  EXPECT_THAT(started_, IsEmpty());
}

TEST_F(StepScheduler, LetsTheModesThreadsPrevailOverTheBackends) {
  suite_.backends[0].threads = 7;
  suite_.modes = {Mode{.name = "one", .tooling = {{"threads", std::int64_t{1}}}}};
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(0, 0).outcome.status, Status::kPassed);
  EXPECT_EQ(prepared_.at(0).settings.threads, 1);
  EXPECT_EQ(environments_.at(0).at("OMP_NUM_THREADS"), "1");
}

TEST_F(StepScheduler, MeasuresNothingWithAKnobThatIsNotInForce) {
  suite_.modes = {Mode{.name = "three", .tooling = {{"threads", std::int64_t{3}}}}};
  Scheduler scheduler = make_scheduler();
  const Record& record = scheduler.measure(0, 0);
  EXPECT_EQ(record.outcome.status, Status::kFailed);
  EXPECT_THAT(record.outcome.reason, HasSubstr("threads = 3 was asked for, 1 is in force"));
  EXPECT_THAT(steps(), IsEmpty());
}

TEST_F(StepScheduler, MovesAWeightInEveryReplicaOfUlpButTheFirst) {
  suite_.modes = {built_in_modes()[5]};
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  (void)scheduler.measure(0, 1);
  EXPECT_EQ(prepared_.at(0).ulp_seed, 0U);
  EXPECT_EQ(prepared_.at(1).ulp_seed, ulp_seed_for(5, "m", built_in_modes()[5], 1));
  EXPECT_NE(prepared_.at(1).ulp_seed, 0U);
}

TEST_F(StepScheduler, TellsTheWorkerWhatToPrepare) {
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 1);
  ASSERT_THAT(prepared_, SizeIs(2));
  const PrepareRequest& fixed = prepared_[0];
  EXPECT_EQ(fixed.model.path, "/m.so");
  EXPECT_EQ(fixed.backend.path, "/cpu.so");
  EXPECT_EQ(fixed.parameters.integer("depth"), 8);
  EXPECT_EQ(fixed.settings.threads, 2);
  EXPECT_THAT(fixed.settings.switches, ElementsAre(Pair("deterministic", true)));
  EXPECT_THAT(fixed.data_path, ElementsAre("/d1", "/d2"));
  EXPECT_THAT(prepared_[1].settings.switches, ElementsAre(Pair("deterministic", false)));
}

TEST_F(StepScheduler, SeedsReplicasAsTheirModeSays) {
  Scheduler scheduler = make_scheduler();
  for (const int replica : {0, 1}) (void)scheduler.measure(0, replica);
  ASSERT_THAT(prepared_, SizeIs(4));  // fixed/0, noisy/0, fixed/1, noisy/1
  EXPECT_EQ(prepared_[0].seeds.order, prepared_[2].seeds.order);
  EXPECT_NE(prepared_[1].seeds.order, prepared_[3].seeds.order);
  EXPECT_EQ(prepared_[3].seeds.order, seeds_for(5, "m", suite_.modes[1], 1).order);
  EXPECT_EQ(scheduler.measure(1, 1).seeds.order, prepared_[3].seeds.order);
}

TEST_F(StepScheduler, GivesEachWorkerTheEnvironmentOfItsMode) {
  Scheduler scheduler = make_scheduler();
  const Record& record = scheduler.measure(0, 0);
  ASSERT_THAT(environments_, SizeIs(2));
  EXPECT_EQ(environments_[0], worker_environment({}, 2));
  EXPECT_EQ(environments_[1], worker_environment({}, 2));
  // The record also holds what the worker inherits from whoever runs this test.
  for (const auto& variable : environments_[0]) EXPECT_THAT(record.environment, Contains(variable));
}

TEST_F(StepScheduler, PrefersTheThreadsOfTheBackendToTheDefault) {
  suite_.backends[0].threads = 7;
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_EQ(prepared_.at(0).settings.threads, 7);
  EXPECT_EQ(environments_.at(0).at("OMP_NUM_THREADS"), "7");
}

TEST_F(StepScheduler, MeasuresADisturbedBlockAgainInEveryModeOnceTheStateIsTaken) {
  int blocks = 0;
  waited_ = [&](const std::string& label) {
    if (label != "noisy/0") return 0.0;
    return ++blocks == 3 ? 0.3 : 0.0;  // the warm-up is one, too: its second block of four
  };
  Scheduler scheduler = make_scheduler();
  const Record& noisy = scheduler.measure(1, 0);
  const Record& fixed = scheduler.measure(0, 0);
  EXPECT_THAT(std::vector(log_.begin() + 12, log_.end() - 4),
              ElementsAre("fixed/0 state", "noisy/0 state", "noisy/0 steps 1+2",
                          "fixed/0 steps 1+2"));  // as the second block: B A
  ASSERT_THAT(noisy.discarded, SizeIs(1));
  EXPECT_EQ(noisy.discarded[0].block, 1);
  EXPECT_EQ(noisy.discarded[0].disturbed, "its threads waited 60 % of the time for a core");
  EXPECT_THAT(noisy.discarded[0].seconds, SizeIs(2));
  ASSERT_THAT(fixed.discarded, SizeIs(1));
  EXPECT_EQ(fixed.discarded[0].block, 1);
  EXPECT_EQ(fixed.discarded[0].disturbed, "");
  for (const Record* record : {&noisy, &fixed}) {
    EXPECT_THAT(record->steps.seconds, SizeIs(8));
    EXPECT_EQ(record->steps.cpu_seconds, 4.0);
    EXPECT_EQ(record->steps.run_queue_seconds, 0.0);
    EXPECT_THAT(record->steps.losses, SizeIs(17));  // of the planned steps
    ASSERT_THAT(record->blocks, SizeIs(4));
    for (const MeasuredBlock& block : record->blocks) {
      EXPECT_EQ(block.disturbed, "");
      EXPECT_EQ(block.times_before, block.block == 1 ? 1 : 0);
      EXPECT_THAT(block.losses, SizeIs(block.block == 1 ? 3 : 0));
    }
  }
}

TEST_F(StepScheduler, KeepsWhatWasMeasuredLastOfABlockThatStaysDisturbed) {
  suite_.step->blocks = 1;
  waited_ = [](const std::string&) { return 1.0; };
  Scheduler scheduler = make_scheduler();
  interfere_ = [this](const std::string&, const Message&) { seconds_ += 0.001; };
  const Record& record = scheduler.measure(0, 0);
  EXPECT_THAT(log_, Contains("fixed/0 steps 1+8").Times(3));
  ASSERT_THAT(record.discarded, SizeIs(2));
  ASSERT_THAT(record.blocks, SizeIs(1));
  EXPECT_EQ(record.blocks[0].times_before, 2);
  EXPECT_NE(record.blocks[0].disturbed, "");
  EXPECT_EQ(record.steps.seconds, record.blocks[0].seconds);
  // Slower and slower: not the fastest is kept.
  EXPECT_GT(record.blocks[0].seconds[0], record.discarded[1].seconds[0]);
  EXPECT_GT(record.discarded[1].seconds[0], record.discarded[0].seconds[0]);
}

TEST_F(StepScheduler, LooksAtTheMachineBeforeAndAfterEveryBlock) {
  HostReading host;
  host.time.emplace();
  host.processors = 4;
  options_.read_host = [&] { return host; };
  int requests = 0;
  interfere_ = [&](const std::string&, const Message& request) {
    if (!std::holds_alternative<StepsRequest>(request)) return;
    host.seconds += 0.5;
    host.time->busy += ++requests == 5 ? 0.45 : 0.0;  // two warm-ups, two blocks, this one
  };
  Scheduler scheduler = make_scheduler();
  const Record& noisy = scheduler.measure(1, 0);
  const Record& fixed = scheduler.measure(0, 0);
  ASSERT_THAT(noisy.discarded, SizeIs(1));
  EXPECT_EQ(noisy.discarded[0].block, 1);  // A B, B A
  EXPECT_EQ(noisy.discarded[0].disturbed, "another process used 0.9 cores");
  EXPECT_THAT(fixed.discarded, SizeIs(1));
  EXPECT_EQ(fixed.blocks[0].host.processors, 4);
}

TEST_F(StepScheduler, DoesNotMeasureAgainForAModeThatFailed) {
  waited_ = [](const std::string& label) { return label == "noisy/0" ? 1.0 : 0.0; };
  interfere_ = [](const std::string& label, const Message& request) {
    if (label == "noisy/0" && std::holds_alternative<StateRequest>(request)) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "gone", "hash")};
    }
  };
  Scheduler scheduler = make_scheduler();
  EXPECT_THAT(scheduler.measure(1, 0).outcome.reason, "gone");
  EXPECT_THAT(scheduler.measure(0, 0).discarded, IsEmpty());
}

class SequentialScheduler : public StepScheduler {
 protected:
  SequentialScheduler() {
    suite_.step->blocks = 1;
    limits_.precision = 0.02;
    waited_ = [this](const std::string& label) {
      // Each replica takes its own time, noisy as long as fixed but for scatter_.
      const int replica = std::stoi(label.substr(label.find('/') + 1));
      seconds_ = 1.0;
      if (label.starts_with("noisy")) seconds_ += replica % 2 == 0 ? scatter_ : -scatter_;
      now_ += 1.0;
      return 0.0;
    };
  }

  /// Asks as Google Benchmark does: one cell after the other.
  int replicas_of(Scheduler& scheduler, std::size_t cell) {
    int replica = 0;
    while (!scheduler.is_enough(cell, replica)) (void)scheduler.measure(cell, replica++);
    return replica;
  }

  double scatter_ = 0.0;
};

TEST_F(SequentialScheduler, StopsAtTheLeastNumberThatGivesAnInterval) {
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(replicas_of(scheduler, 0), 6);  // the suite says 2
  EXPECT_EQ(replicas_of(scheduler, 1), 6);
  EXPECT_THAT(scheduler.unmet(), IsEmpty());
  EXPECT_THAT(recorded_, SizeIs(12));
}

TEST_F(SequentialScheduler, TakesNoFewerThanTheSuiteSays) {
  suite_.step->replicas = 9;
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(replicas_of(scheduler, 0), 9);
}

TEST_F(SequentialScheduler, GoesOnUntilTheCapAndSaysWhatIsUnmet) {
  scatter_ = 0.1;
  limits_.time_cap = 40.0;  // each replica takes four requests of a second
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(replicas_of(scheduler, 0), 10);
  EXPECT_EQ(replicas_of(scheduler, 1), 10);
  ASSERT_THAT(scheduler.unmet(), SizeIs(1));
  EXPECT_THAT(
      scheduler.unmet()[0],
      testing::StartsWith("m/cpu/step: stopped after 40 s: overhead of fixed is known to ±"));
}

TEST_F(SequentialScheduler, StopsAtTheMostReplicas) {
  scatter_ = 0.1;
  limits_.time_cap = 1e6;
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(replicas_of(scheduler, 0), 200);
}

TEST_F(SequentialScheduler, StopsAtOnceWhereTheReferenceFailed) {
  interfere_ = [](const std::string& label, const Message&) {
    if (label == "noisy/2") throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "gone")};
  };
  scatter_ = 0.1;
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(replicas_of(scheduler, 0), 6);
  EXPECT_THAT(scheduler.unmet(), IsEmpty());
}

TEST_F(SequentialScheduler, LeavesEpochsAlone) {
  suite_.epoch = EpochScope{.replicas = 2, .epochs = 1};
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.plan().cells[2].name(), "m/cpu/fixed/epoch");
  for (int replica = 0; replica < 9; ++replica) EXPECT_FALSE(scheduler.is_enough(2, replica));
}

TEST_F(StepScheduler, HasNeverEnoughWhereNoPrecisionIsAskedFor) {
  Scheduler scheduler = make_scheduler();
  for (int replica = 0; replica < 9; ++replica) EXPECT_FALSE(scheduler.is_enough(0, replica));
}

TEST_F(StepScheduler, EndsWhenASignalArrives) {
  interfere_ = [](const std::string&, const Message&) { throw Interrupted{2}; };
  Scheduler scheduler = make_scheduler();
  EXPECT_THROW((void)scheduler.measure(0, 0), Interrupted);
  EXPECT_THAT(recorded_, IsEmpty());
}

/// Two backends, so that each is compared with the reference before it is measured.
class ParityScheduler : public StepScheduler {
 protected:
  ParityScheduler() {
    suite_.backends.push_back({.name = "onednn", .plugin = "onednn", .position = {}});
    roster_.backends["onednn"] = {{PluginKind::kBackend, "onednn", "/onednn.so"}, {}, {}, {}};
    roster_.models["m"].parameters = Parameters({{"precision", std::string("float32")}});
    suite_.epoch = EpochScope{.replicas = 1, .epochs = 1};
    options_.reference.file = {PluginKind::kBackend, "cpu", "/reference.so"};
    options_.on_parity = [this](const Parity& parity) { parities_.push_back(parity); };
    interfere_ = [this](const std::string&, const Message& request) {
      if (std::holds_alternative<ProbeRequest>(request)) ++probes_;
    };
  }

  std::vector<Parity> parities_;
  int probes_ = 0;
};

TEST_F(ParityScheduler, ChecksABackendOnceBeforeItsFirstReplica) {
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  ASSERT_THAT(parities_, SizeIs(1));
  EXPECT_EQ(parities_[0].backend, "cpu");
  EXPECT_EQ(parities_[0].status, Parity::Status::kPassed) << parities_[0].reason;
  EXPECT_EQ(probes_, 6);  // two steps of three workers
  (void)scheduler.measure(0, 1);
  (void)scheduler.measure(2, 0);  // the epochs of the same backend
  EXPECT_THAT(parities_, SizeIs(1));
  (void)scheduler.measure(4, 0);
  ASSERT_THAT(parities_, SizeIs(2));
  EXPECT_EQ(parities_[1].backend, "onednn");
}

TEST_F(ParityScheduler, AsksTheCellAsShippedAndTheReferenceInFloat64) {
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(4, 0);
  ASSERT_GE(prepared_.size(), 3U);
  EXPECT_EQ(prepared_[0].backend.path, "/onednn.so");
  EXPECT_EQ(prepared_[0].parameters.text("precision"), "float32");
  EXPECT_EQ(prepared_[0].settings.threads, 2);
  EXPECT_THAT(prepared_[0].settings.switches, IsEmpty());  // those of noisy
  for (const std::size_t reference : {1U, 2U}) {
    EXPECT_EQ(prepared_[reference].backend.path, "/reference.so");
    EXPECT_EQ(prepared_[reference].parameters.text("precision"), "float64");
    EXPECT_EQ(prepared_[reference].settings.threads, 1);
    EXPECT_TRUE(prepared_[reference].settings.switches.at("deterministic"));
    EXPECT_EQ(prepared_[reference].seeds.init, prepared_[0].seeds.init);
    EXPECT_EQ(prepared_[reference].seeds.dropout, prepared_[0].seeds.dropout);
  }
}

TEST_F(ParityScheduler, ComparesABackendOfShardsWithAReferenceOfAsMany) {
  suite_.backends[1].shards = 8;
  roster_.backends["onednn"].knobs = {"ordered_reduction"};
  options_.sharded_reference.file = {PluginKind::kBackend, "sharded", "/sharded.so"};
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(4, 0);
  ASSERT_GE(prepared_.size(), 3U);
  EXPECT_EQ(prepared_[0].backend.path, "/onednn.so");
  EXPECT_EQ(prepared_[1].backend.path, "/sharded.so");
  EXPECT_EQ(prepared_[2].backend.path, "/sharded.so");
  for (const std::size_t worker : {0U, 1U, 2U}) EXPECT_EQ(prepared_[worker].settings.shards, 8);
  (void)scheduler.measure(0, 0);
  EXPECT_THAT(prepared_,
              testing::Contains(testing::Field(
                  &PrepareRequest::backend, testing::Field(&PluginFile::path, "/reference.so"))));
}

TEST_F(ParityScheduler, MeasuresNoCellOfABackendThatDiffers) {
  gradient_error_ = 0.5;
  Scheduler scheduler = make_scheduler();
  const Record& steps = scheduler.measure(0, 0);
  EXPECT_EQ(steps.outcome.status, Status::kFailed);
  EXPECT_EQ(steps.outcome.exit_code, ExitCode::kBenchmarkFailed);
  EXPECT_THAT(steps.outcome.reason, HasSubstr("parity failed: software difference"));
  EXPECT_EQ(scheduler.measure(2, 0).outcome.reason, steps.outcome.reason);
  gradient_error_ = 0.0;
  EXPECT_EQ(scheduler.measure(4, 0).outcome.status, Status::kPassed);  // the other backend
}

TEST_F(ParityScheduler, MeasuresCellsThatCannotBeChecked) {
  roster_.models["m"].parameters = Parameters({{"depth", std::int64_t{8}}});
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(0, 0).outcome.status, Status::kPassed);
  ASSERT_THAT(parities_, SizeIs(1));
  EXPECT_EQ(parities_[0].status, Parity::Status::kUnchecked);
}

TEST_F(ParityScheduler, ChecksNothingWhereTheSuiteSaysNever) {
  suite_.parity.when = ParityCheck::When::kNever;
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_THAT(parities_, IsEmpty());
}

/// The steps of a record's trace.
std::vector<std::int64_t> traced(const Record& record) {
  std::vector<std::int64_t> steps;
  for (const TracePoint& point : record.trace) steps.push_back(point.step);
  return steps;
}

TEST_F(StepScheduler, TracesEveryReplicaAndComparesItWithTheFirstOfItsCell) {
  const TemporaryFolder scratch;
  options_.scratch = scratch.path();
  Scheduler scheduler = make_scheduler();
  for (const int replica : {0, 1}) (void)scheduler.measure(0, replica);
  ASSERT_THAT(prepared_, SizeIs(4));  // fixed/0, noisy/0, then both of replica 1 in some order
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(prepared_[i].trace.enabled);
    EXPECT_EQ(prepared_[i].trace.is_reference, i < 2);
  }
  EXPECT_EQ(prepared_[0].trace.folder, scratch.path() / "0");
  EXPECT_EQ(prepared_[1].trace.folder, scratch.path() / "1");
  EXPECT_EQ(prepared_[2].trace.folder, scratch.path() / "0");
  EXPECT_EQ(prepared_[3].trace.folder, scratch.path() / "1");
}

TEST_F(StepScheduler, KeepsSnapshotsUntilTheLastReplicaOfTheirCell) {
  const TemporaryFolder scratch;
  options_.scratch = scratch.path();
  std::filesystem::create_directories(scratch.path() / "0");
  write_bytes(scratch.path() / "0" / "1.snapshot", "numbers");
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_TRUE(std::filesystem::exists(scratch.path() / "0" / "1.snapshot"));
  (void)scheduler.measure(0, 1);
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "0"));
}

TEST_F(StepScheduler, AsksForNoSnapshotsWithoutAnyoneOrAnywhereToCompare) {
  {
    Scheduler scheduler = make_scheduler();  // no scratch folder
    (void)scheduler.measure(0, 0);
  }
  const TemporaryFolder scratch;
  options_.scratch = scratch.path();
  suite_.step->replicas = 1;
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  ASSERT_THAT(prepared_, SizeIs(4));
  for (const PrepareRequest& request : prepared_) {
    EXPECT_TRUE(request.trace.enabled);
    EXPECT_EQ(request.trace.folder, "");
  }
}

TEST_F(StepScheduler, GathersTheTraceOfAllAnswers) {
  answer_trace_ = true;
  Scheduler scheduler = make_scheduler();
  // A point at the end of the warm-up of 5, of each block of 1 + 2, and with the state.
  EXPECT_THAT(traced(scheduler.measure(0, 0)), ElementsAre(5, 8, 11, 14, 17, 100));
  EXPECT_THAT(scheduler.measure(0, 0).state.trace, IsEmpty());
}

TEST_F(StepScheduler, TracesAPilotThroughout) {
  limits_.minimum_seconds = 4.0;
  std::vector<bool> pilots;
  interfere_ = [&](const std::string&, const Message& request) {
    const auto* steps = std::get_if<StepsRequest>(&request);
    if (steps != nullptr) pilots.push_back(steps->is_pilot);
  };
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  ASSERT_FALSE(pilots.empty());
  EXPECT_TRUE(pilots.front());
  EXPECT_EQ(std::count(pilots.begin(), pilots.end(), true), 1);
}

TEST_F(StepScheduler, SaysWhereABreachBegan) {
  answer_trace_ = true;
  states_["fixed/1"] = {"bbbb", {{"w", "0"}, {"b", "2"}}};
  trace_hashes_["fixed/1"] = {{11, "other"}, {14, "other"}, {17, "other"}, {100, "other"}};
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_THAT(scheduler.measure(0, 1).outcome.reason,
              testing::EndsWith("; they part between steps 8 and 11"));
}

TEST_F(EpochScheduler, GathersTheTraceAndKeepsTheLastEpochsLogits) {
  answer_trace_ = true;
  std::vector<bool> last;
  interfere_ = [&](const std::string& label, const Message& request) {
    const auto* epoch = std::get_if<EpochRequest>(&request);
    if (epoch != nullptr && label == "fixed/0") last.push_back(epoch->is_last);
  };
  Scheduler scheduler = make_scheduler();
  const Record& record = scheduler.measure(0, 0);
  EXPECT_THAT(traced(record), ElementsAre(0, 1, 2, 100));
  for (const EpochSample& epoch : record.epochs) EXPECT_THAT(epoch.trace, IsEmpty());
  // Whether the first is the last one too is not known when it is trained.
  EXPECT_THAT(last, ElementsAre(true, false, true));
  EXPECT_THAT(record.epochs[0].evaluation.logits, IsEmpty());
  EXPECT_THAT(record.epochs[2].evaluation.logits, SizeIs(10));
}

TEST_F(EpochScheduler, LetsOneWorkerAfterTheOtherTrainAllItsEpochs) {
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_THAT(
      log_, ElementsAre("fixed/0 prepare", "fixed/0 epoch 0", "fixed/0 epoch 1", "fixed/0 epoch 2",
                        "fixed/0 state", "fixed/0 finish", "fixed/0 gone", "noisy/0 prepare",
                        "noisy/0 epoch 0", "noisy/0 epoch 1", "noisy/0 epoch 2", "noisy/0 state",
                        "noisy/0 finish", "noisy/0 gone"));
}

TEST_F(EpochScheduler, StartsOddReplicasWithTheLastOfTheGroup) {
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 1);
  EXPECT_THAT(started_, ElementsAre("noisy/1", "fixed/1"));
}

TEST_F(EpochScheduler, RecordsEveryEpoch) {
  Scheduler scheduler = make_scheduler();
  const Record& record = scheduler.measure(0, 0);
  ASSERT_THAT(record.epochs, SizeIs(3));
  EXPECT_EQ(record.epochs[2].evaluation.metric, "accuracy");
  EXPECT_EQ(record.epochs[2].examples, 100);
  EXPECT_THAT(record.steps.seconds, IsEmpty());
  EXPECT_EQ(record.state.hash, "same");
  EXPECT_THAT(record.in_force, ElementsAre(Pair("threads", "1")));
}

TEST_F(EpochScheduler, FillsTheTimeAskedForWithAsManyEpochsInEveryReplica) {
  limits_.minimum_seconds = 2.0;  // 4 epochs of 0.25 s training and 0.25 s evaluation
  Scheduler scheduler = make_scheduler();
  EXPECT_THAT(scheduler.measure(0, 0).epochs, SizeIs(4));
  seconds_ = 8.0;
  EXPECT_THAT(scheduler.measure(0, 1).epochs, SizeIs(4));
  EXPECT_THAT(scheduler.measure(1, 1).epochs, SizeIs(4));
}

TEST_F(EpochScheduler, KeepsTheEpochsBeforeAFailure) {
  interfere_ = [](const std::string& label, const Message& request) {
    const auto* epoch = std::get_if<EpochRequest>(&request);
    if (label == "fixed/0" && epoch != nullptr && epoch->epoch == 1) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "diverged", "train")};
    }
  };
  Scheduler scheduler = make_scheduler();
  const Record& fixed = scheduler.measure(0, 0);
  EXPECT_EQ(fixed.outcome.reason, "diverged");
  EXPECT_THAT(fixed.epochs, SizeIs(1));
  EXPECT_THAT(scheduler.measure(1, 0).epochs, SizeIs(3));
}

/// Epoch replicas in two lanes, on processor 0 and on processor 1.
class SideBySide : public EpochScheduler {
 protected:
  SideBySide() {
    for (const int processor : {0, 1}) {
      const StartWorker start = [this, processor](const auto& environment) {
        places_.push_back(started_.back() + " on " + std::to_string(processor));
        return start_worker(environment);
      };
      options_.lanes.push_back({start, {processor}});
    }
    options_.wait_for_any = [this](const std::vector<Worker*>& workers) {
      most_at_once_ = std::max(most_at_once_, workers.size());
    };
  }

  std::vector<std::string> places_;
  std::size_t most_at_once_ = 0;
};

TEST_F(SideBySide, MeasuresAllReplicasOfAGroupTheFirstOnesFirst) {
  suite_.epoch->replicas = 3;
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(1, 2);
  EXPECT_THAT(started_,
              ElementsAre("fixed/0", "noisy/0", "noisy/1", "fixed/1", "fixed/2", "noisy/2"));
  EXPECT_THAT(places_[0], "fixed/0 on 0");
  EXPECT_THAT(places_[1], "noisy/0 on 1");
  EXPECT_EQ(most_at_once_, 2U);
  EXPECT_THAT(recorded_, SizeIs(6));
  for (const std::size_t cell : {0U, 1U}) {
    for (const int replica : {0, 1, 2}) {
      const Record& record = scheduler.measure(cell, replica);
      EXPECT_EQ(record.cell.mode.name, cell == 0 ? "fixed" : "noisy");
      EXPECT_EQ(record.replica, replica);
      EXPECT_EQ(record.outcome.status, Status::kPassed);
      EXPECT_THAT(record.epochs, SizeIs(3));
      EXPECT_EQ(record.jobs, 2);
    }
  }
  EXPECT_THAT(started_, SizeIs(6));
}

TEST_F(SideBySide, LeavesOtherGroupsAlone) {
  suite_.models.push_back({"n", "m", {}, {}});
  roster_.models["n"] = roster_.models["m"];
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_THAT(started_, SizeIs(4));
  EXPECT_EQ(scheduler.measure(2, 0).cell.model.name, "n");
  EXPECT_THAT(started_, SizeIs(8));
}

TEST_F(SideBySide, TimesStepsOneAfterAnotherOnTheWholeMachine) {
  suite_.step = StepScope{.replicas = 1, .steps = 2, .warmup = 0, .blocks = 1};
  Scheduler scheduler = make_scheduler();
  const Record& record = scheduler.measure(0, 0);
  ASSERT_EQ(record.cell.scope, ScopeKind::kStep);
  EXPECT_EQ(record.jobs, 1);
  EXPECT_THAT(places_, IsEmpty());
  EXPECT_EQ(environments_.at(0), worker_environment({}, 2));
  EXPECT_THAT(steps(), Not(IsEmpty()));
}

TEST_F(SideBySide, GivesWorkersAsManyThreadsAsAloneAndLetsThemSleepWhereTheyAreTooMany) {
  Scheduler scheduler = make_scheduler();
  (void)scheduler.measure(0, 0);
  EXPECT_EQ(prepared_.at(0).settings.threads, 2);
  EXPECT_EQ(environments_.at(0).at("OMP_NUM_THREADS"), "2");
  EXPECT_EQ(environments_.at(0), worker_environment({}, 2, 1));
}

TEST_F(SideBySide, DecidesTheNumberOfEpochsOnce) {
  limits_.minimum_seconds = 2.0;  // 4 epochs of 0.25 s training and 0.25 s evaluation
  interfere_ = [this](const std::string& label, const Message&) {
    seconds_ = label == "fixed/0" ? 0.25 : 8.0;
  };
  Scheduler scheduler = make_scheduler();
  for (const std::size_t cell : {0U, 1U}) {
    for (const int replica : {0, 1}) {
      EXPECT_THAT(scheduler.measure(cell, replica).epochs, SizeIs(4));
    }
  }
}

TEST_F(SideBySide, ComparesEveryReplicaWithTheFirst) {
  suite_.epoch->replicas = 3;
  states_["fixed/1"] = {"bbbb", {{"w", "0"}, {"b", "2"}}};
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(0, 0).outcome.status, Status::kPassed);
  EXPECT_EQ(scheduler.measure(0, 1).outcome.exit_code, ExitCode::kDeterminismBreach);
  EXPECT_EQ(scheduler.measure(0, 2).outcome.status, Status::kPassed);
  EXPECT_THAT(recorded_, SizeIs(6));  // a breach does not give the cell up
}

TEST_F(SideBySide, LetsAFailureCostItsOwnCellAlone) {
  suite_.epoch->replicas = 4;
  interfere_ = [](const std::string& label, const Message& request) {
    if (label == "noisy/1" && std::holds_alternative<EpochRequest>(request)) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "killed by SIGKILL", "train")};
    }
  };
  Scheduler scheduler = make_scheduler();
  for (const int replica : {0, 1, 2, 3}) {
    EXPECT_EQ(scheduler.measure(0, replica).outcome.status, Status::kPassed);
  }
  EXPECT_EQ(scheduler.measure(1, 0).outcome.status, Status::kPassed);
  for (const int replica : {1, 2, 3}) {
    EXPECT_EQ(scheduler.measure(1, replica).outcome.reason, "killed by SIGKILL");
  }
  EXPECT_THAT(recorded_, SizeIs(6));  // its later replicas were not tried
  EXPECT_THAT(started_, Not(Contains("noisy/3")));
}

TEST_F(SideBySide, RecordsASkippedBackendOnceAndStartsNothing) {
  roster_.backends["cpu"].outcome = skipped("no such device");
  Scheduler scheduler = make_scheduler();
  EXPECT_EQ(scheduler.measure(1, 1).outcome.status, Status::kSkipped);
  EXPECT_THAT(started_, IsEmpty());
  EXPECT_THAT(recorded_, ElementsAre("fixed/0", "noisy/0"));
}

TEST_F(SideBySide, EndsWhenASignalArrivesWhileItWaits) {
  options_.wait_for_any = [](const auto&) { throw Interrupted{2}; };
  Scheduler scheduler = make_scheduler();
  EXPECT_THROW((void)scheduler.measure(0, 0), Interrupted);
  EXPECT_THAT(recorded_, IsEmpty());
  EXPECT_THAT(log_, AllOf(Contains("fixed/0 gone"), Contains("noisy/0 gone")));
}

}  // namespace
}  // namespace ndbench
