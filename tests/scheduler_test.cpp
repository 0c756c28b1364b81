#include "core/scheduler.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/interrupt.h"
#include "core/seeds.h"
#include "core/worker_environment.h"
#include "fake_worker.h"

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
            [this](const std::map<std::string, std::string>& environment) {
              environments_.push_back(environment);
              const std::string label = started_.back();
              return std::make_unique<FakeWorker>(
                  label, [this, label](const Message& request) { return answer(label, request); },
                  log_);
            },
            [this](const Cell& cell, int replica) {
              started_.push_back(cell.mode.name + "/" + std::to_string(replica));
            },
            [this](const Record& record) {
              recorded_.push_back(record.cell.mode.name + "/" + std::to_string(record.replica));
            }};
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
      return StepSamples{std::vector(timed, seconds_), std::vector(all, 2.5),
                         0.5 * static_cast<double>(timed), 16};
    }
    if (std::holds_alternative<EpochRequest>(request)) {
      return EpochSample{seconds_, 0.0, seconds_, 1.0, 100, 0.75, {"accuracy", 0.5, true, 10, {}}};
    }
    if (std::holds_alternative<StateRequest>(request)) {
      const auto found = states_.find(label);
      return found == states_.end() ? State{"same", {{"w", "1"}, {"b", "2"}}} : found->second;
    }
    if (std::holds_alternative<FinishRequest>(request)) return Finished{1024};
    throw std::logic_error("not a request of the scheduler");
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
  Scheduler::Options options_{.suite_seed = 5, .default_threads = 2, .data_path = {"/d1", "/d2"}};
  double seconds_ = 0.25;  ///< of a step, of an epoch's training, of its evaluation
  std::map<std::string, State> states_;
  std::function<void(const std::string& label, const Message& request)> interfere_;

  std::vector<std::string> log_;
  std::vector<std::string> started_;
  std::vector<std::string> recorded_;
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
  EXPECT_EQ(record.blocks, 4);
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

TEST_F(StepScheduler, TakesAnotherAnswerThanAskedForAsAFailure) {
  Scheduler scheduler{make_plan(suite_, limits_),
                      roster_,
                      options_,
                      [this](const auto&) {
                        return std::make_unique<FakeWorker>(
                            "w", [](const Message&) { return PhaseNote{"train"}; }, log_);
                      },
                      [](const Cell&, int) {},
                      [](const Record&) {}};
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
                      [this](const Record& record) { recorded_.push_back(record.cell.mode.name); }};
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

TEST_F(StepScheduler, EndsWhenASignalArrives) {
  interfere_ = [](const std::string&, const Message&) { throw Interrupted{2}; };
  Scheduler scheduler = make_scheduler();
  EXPECT_THROW((void)scheduler.measure(0, 0), Interrupted);
  EXPECT_THAT(recorded_, IsEmpty());
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

}  // namespace
}  // namespace ndbench
