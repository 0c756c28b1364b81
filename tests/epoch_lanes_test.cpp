#include "core/epoch_lanes.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/interrupt.h"
#include "core/usage_error.h"
#include "fake_worker.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// Lanes 0, 1, … on processors of the same numbers, whose workers answer in the order that a test
/// sets. Replicas are called by cell and replica: "A0", "A1", "B0".
class EpochLanesTest : public testing::Test {
 protected:
  /// Measures the replicas, in lanes of this number.
  void run(std::size_t lanes, const std::vector<std::string>& names) {
    std::vector<Lane> places;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      places.push_back({[](const auto&) { return nullptr; }, {static_cast<int>(lane)}});
    }
    std::deque<Trainee> queue;
    for (const std::string& name : names) {
      queue.push_back({static_cast<std::size_t>(name[0] - 'A'), {}, {}});
      queue.back().record.replica = name[1] - '0';
      queue.back().record.cell.scope = ScopeKind::kEpoch;
    }
    EpochLanes(
        places, [this](const std::vector<Worker*>& workers) { wait(workers); },
        [this] { return host_; },
        {.is_given_up = [this](const Trainee& one) { return given_up_.contains(one.cell); },
         .start = [this](Trainee& one, const Lane& lane) { start(one, lane); },
         .epochs = [this](const Record&) { return epochs_; },
         .complete = [this](Trainee& one) { complete(one); },
         .leave_out = [this](Trainee& one) { left_out_.push_back(name_of(one)); }})
        .run(std::move(queue));
  }

  static std::string name_of(const Trainee& trainee) {
    return static_cast<char>('A' + trainee.cell) + std::to_string(trainee.record.replica);
  }

  void start(Trainee& trainee, const Lane& lane) {
    const std::string name = name_of(trainee);
    trainee.attempt([&] {
      if (unstartable_ == name) {
        throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "cannot start")};
      }
      auto worker = std::make_unique<FakeWorker>(
          name, [this, name](const Message& request) { return answer(name, request); }, log_);
      worker->ready = [this, name] { return turn_.empty() || turn_ == name; };
      log_.push_back(name + " on " + std::to_string(lane.processors.at(0)));
      trainee.worker = std::move(worker);
      trainee.worker->send(PrepareRequest{});
    });
  }

  Message answer(const std::string& name, const Message& request) {
    if (interfere_) interfere_(name, request);
    if (std::holds_alternative<PrepareRequest>(request)) return Prepared{{}, {}, 0.5};
    if (auto* epoch = std::get_if<EpochRequest>(&request)) {
      return EpochSample{
          .examples = epoch->epoch, .evaluation = {}, .request_cpu_seconds = cpu_seconds_};
    }
    if (std::holds_alternative<StateRequest>(request)) return State{name, {}};
    return Finished{1024};
  }

  /// Lets the next of `turns_` alone answer; when there are no more, whoever is asked.
  void wait(const std::vector<Worker*>& workers) {
    ++waits_;
    most_at_once_ = std::max(most_at_once_, workers.size());
    turn_ = turns_.empty() ? "" : turns_.front();
    if (!turns_.empty()) turns_.pop_front();
    if (turn_ == "signal") throw Interrupted{2};
  }

  void complete(Trainee& trainee) {
    completed_.push_back(name_of(trainee));
    if (!trainee.has_passed()) given_up_.insert(trainee.cell);
    records_.push_back(std::move(trainee.record));
  }

  /// The four answers of a replica of one epoch: prepared, epoch, state, finished.
  void let_finish(const std::string& name) { turns_.insert(turns_.end(), 4, name); }

  int epochs_ = 1;
  double cpu_seconds_ = 0.0;  ///< that each epoch takes
  HostReading host_;
  std::string unstartable_;
  std::deque<std::string> turns_;
  std::function<void(const std::string& name, const Message& request)> interfere_;

  std::vector<std::string> log_;
  std::vector<std::string> completed_;
  std::vector<std::string> left_out_;
  std::vector<Record> records_;
  std::set<std::size_t> given_up_;
  int waits_ = 0;
  std::size_t most_at_once_ = 0;

 private:
  std::string turn_;
};

TEST_F(EpochLanesTest, DoesNothingWithoutReplicas) {
  run(2, {});
  EXPECT_THAT(log_, IsEmpty());
  EXPECT_EQ(waits_, 0);
}

TEST_F(EpochLanesTest, MeasuresOneAfterAnotherInOneLane) {
  epochs_ = 2;
  run(1, {"A0", "B0"});
  EXPECT_THAT(log_, ElementsAre("A0 on 0", "A0 prepare", "A0 epoch 0", "A0 epoch 1", "A0 state",
                                "A0 finish", "A0 gone", "B0 on 0", "B0 prepare", "B0 epoch 0",
                                "B0 epoch 1", "B0 state", "B0 finish", "B0 gone"));
  EXPECT_THAT(completed_, ElementsAre("A0", "B0"));
  EXPECT_EQ(waits_, 0);  // one worker is waited for by itself
}

TEST_F(EpochLanesTest, WatchesWhatGoesOnBesideAnEpochThatRunsAlone) {
  epochs_ = 2;
  cpu_seconds_ = 3.0;
  host_.seconds = 100.0;
  host_.time = ProcessorTime{50.0, 0.0};
  interfere_ = [this](const std::string&, const Message& request) {
    const auto* epoch = std::get_if<EpochRequest>(&request);
    if (epoch == nullptr) return;
    host_.seconds += 4.0;
    host_.time->busy += epoch->epoch == 0 ? 3.0 : 5.0;  // the second beside a neighbour
  };
  run(1, {"A0"});
  const std::vector<MeasuredBlock>& blocks = records_.at(0).blocks;
  ASSERT_THAT(blocks, SizeIs(2));
  EXPECT_DOUBLE_EQ(blocks[0].host.others_cores, 0.0);
  EXPECT_EQ(blocks[0].disturbed, "");
  EXPECT_DOUBLE_EQ(blocks[1].host.others_cores, 0.5);
  EXPECT_EQ(blocks[1].disturbed, "another process used 0.5 cores");
}

TEST_F(EpochLanesTest, DoesNotWatchWhatRunsBesideOthersOfItsOwn) {
  host_.seconds = 100.0;
  host_.time = ProcessorTime{50.0, 0.0};
  run(2, {"A0", "B0"});
  for (const Record& record : records_) EXPECT_THAT(record.blocks, IsEmpty());
}

TEST_F(EpochLanesTest, RecordsWhatTheWorkerAnswered) {
  epochs_ = 3;
  run(2, {"A0"});
  ASSERT_THAT(records_, SizeIs(1));
  const Record& record = records_[0];
  EXPECT_EQ(record.prepare_seconds, 0.5);
  ASSERT_THAT(record.epochs, SizeIs(3));
  EXPECT_EQ(record.epochs[2].examples, 2);
  EXPECT_EQ(record.state.hash, "A0");
  EXPECT_EQ(record.peak_memory_bytes, 1024);
}

TEST_F(EpochLanesTest, FillsEveryLaneBeforeItWaits) {
  turns_ = {"B0"};
  run(2, {"A0", "B0", "A1"});
  const std::vector<std::string> begin(log_.begin(), log_.begin() + 5);
  EXPECT_THAT(begin, ElementsAre("A0 on 0", "A0 prepare", "B0 on 1", "B0 prepare", "B0 epoch 0"));
  EXPECT_EQ(most_at_once_, 2U);
}

TEST_F(EpochLanesTest, GivesTheLaneThatIsFreeFirstTheNextReplica) {
  let_finish("B0");
  let_finish("B1");
  run(2, {"A0", "B0", "A1", "B1"});
  EXPECT_THAT(log_, AllOf(Contains("A0 on 0"), Contains("B0 on 1"), Contains("B1 on 1"),
                          Contains("A1 on 0")));
}

TEST_F(EpochLanesTest, NeverHasTwoReplicasInOneLane) {
  turns_ = {"B0", "B0", "A0", "B0", "B0", "A1", "A0", "A1", "A0", "A0"};
  run(2, {"A0", "B0", "A1", "B1", "A2", "B2"});
  std::map<std::string, std::string> lane_of;
  std::set<std::string> busy;
  for (const std::string& line : log_) {
    const std::string name = line.substr(0, 2);
    if (line.find(" on ") != std::string::npos) {
      lane_of[name] = line.substr(6);
      EXPECT_TRUE(busy.insert(lane_of[name]).second) << line;
    } else if (line.ends_with("gone")) {
      busy.erase(lane_of[name]);
    }
  }
  EXPECT_THAT(completed_, UnorderedElementsAre("A0", "B0", "A1", "B1", "A2", "B2"));
}

TEST_F(EpochLanesTest, LeavesLanesIdleWhereThereAreMoreThanReplicas) {
  run(5, {"A0", "B0"});
  EXPECT_THAT(completed_, ElementsAre("A0", "B0"));
  EXPECT_EQ(most_at_once_, 2U);
}

TEST_F(EpochLanesTest, BeginsNoReplicaBeforeTheFirstOfItsCellHasEnded) {
  run(3, {"A0", "A1", "A2"});
  EXPECT_THAT(completed_, UnorderedElementsAre("A0", "A1", "A2"));
  const auto place = [&](const std::string& line) {
    return std::find(log_.begin(), log_.end(), line) - log_.begin();
  };
  EXPECT_LT(place("A0 gone"), place("A1 on 0"));
  EXPECT_LT(place("A1 on 0"), place("A2 on 1"));  // these two side by side
  EXPECT_LT(place("A2 on 1"), place("A1 gone"));
}

TEST_F(EpochLanesTest, CompletesReplicasOfAnotherCellMeanwhile) {
  let_finish("B0");
  let_finish("B1");
  run(2, {"A0", "B0", "B1"});
  EXPECT_THAT(completed_, ElementsAre("B0", "B1", "A0"));
}

TEST_F(EpochLanesTest, EndsTheOtherReplicasOfACellThatIsGivenUp) {
  interfere_ = [](const std::string& name, const Message& request) {
    if (name == "A2" && std::holds_alternative<EpochRequest>(request)) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "killed by SIGKILL", "train")};
    }
  };
  let_finish("A0");
  turns_.insert(turns_.end(), {"A1", "A2", "A2"});
  run(3, {"A0", "B0", "A1", "A2", "A3", "B1"});
  EXPECT_THAT(completed_, ElementsAre("A0", "A2", "B0", "B1"));
  EXPECT_THAT(left_out_, UnorderedElementsAre("A1", "A3"));
  EXPECT_EQ(records_[1].outcome.reason, "killed by SIGKILL");
  EXPECT_THAT(log_, AllOf(Contains("A1 gone"), Not(Contains("A1 finish"))));
  EXPECT_THAT(log_, Not(Contains("A3 prepare")));
  // Nothing is asked of it after its worker was ended.
  const auto gone = std::find(log_.begin(), log_.end(), "A1 gone");
  EXPECT_EQ(std::count_if(gone + 1, log_.end(),
                          [](const std::string& line) { return line.starts_with("A1"); }),
            0);
}

TEST_F(EpochLanesTest, BeginsNoneOfACellWhoseFirstReplicaFailed) {
  interfere_ = [](const std::string& name, const Message& request) {
    if (name == "A0" && std::holds_alternative<EpochRequest>(request)) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "diverged", "train")};
    }
  };
  run(2, {"A0", "A1", "A2"});
  EXPECT_THAT(completed_, ElementsAre("A0"));
  EXPECT_EQ(records_[0].outcome.status, Status::kFailed);
  EXPECT_THAT(left_out_, ElementsAre("A1", "A2"));
}

TEST_F(EpochLanesTest, TakesTheNextWhereAWorkerDoesNotStart) {
  unstartable_ = "A0";
  run(2, {"A0", "A1", "B0", "C0"});
  EXPECT_THAT(completed_, ElementsAre("A0", "B0", "C0"));
  EXPECT_THAT(left_out_, ElementsAre("A1"));
  EXPECT_THAT(log_, AllOf(Contains("B0 on 0"), Contains("C0 on 1")));
}

TEST_F(EpochLanesTest, TakesAnotherAnswerThanAskedForAsAFailure) {
  for (const std::size_t lanes : {1U, 2U}) {
    EpochLanes(
        std::vector<Lane>(lanes), [](const auto&) {}, [] { return HostReading{}; },
        {.is_given_up = [](const Trainee&) { return false; },
         .start =
             [this](Trainee& trainee, const Lane&) {
               trainee.worker = std::make_unique<FakeWorker>(
                   "w", [](const Message&) { return Finished{}; }, log_);
               trainee.worker->send(PrepareRequest{});
             },
         .epochs = [](const Record&) { return 1; },
         .complete = [this](Trainee& trainee) { complete(trainee); },
         .leave_out = [](Trainee&) {}})
        .run([] {
          std::deque<Trainee> queue;
          queue.emplace_back();
          return queue;
        }());
    ASSERT_FALSE(records_.empty());
    EXPECT_THAT(records_.back().outcome.reason, HasSubstr("answered another question"));
  }
}

TEST_F(EpochLanesTest, CompletesWhatHasEndedWhenASignalArrivesAndEndsTheRest) {
  let_finish("A0");
  turns_.push_back("signal");
  EXPECT_THROW(run(2, {"A0", "A1", "A2", "A3"}), Interrupted);
  EXPECT_THAT(completed_, ElementsAre("A0"));
  EXPECT_THAT(log_, AllOf(Contains("A1 gone"), Contains("A2 gone"), Not(Contains("A3 prepare"))));
}

/// A plan of one cell of each of these scopes.
Plan plan_of(const std::vector<ScopeKind>& scopes) {
  Plan plan;
  for (const ScopeKind scope : scopes) plan.cells.push_back({{}, {}, {}, scope});
  return plan;
}

std::string refusal(int jobs, const Plan& plan, const std::vector<Processors>& cores) {
  try {
    (void)lane_processors(jobs, plan, cores);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(LaneProcessors, AreOneSetForEachJob) {
  EXPECT_THAT(lane_processors(2, plan_of({ScopeKind::kStep, ScopeKind::kEpoch}), {{0}, {1}}),
              ElementsAre(ElementsAre(0), ElementsAre(1)));
}

TEST(LaneProcessors, AreRefusedBeyondTheCoresWhoseNumberIsSaid) {
  EXPECT_THAT(refusal(3, plan_of({ScopeKind::kEpoch}), {{0}, {1}}),
              AllOf(HasSubstr("--jobs=3"), HasSubstr("may use 2 here"), HasSubstr("--jobs=2")));
}

TEST(LaneProcessors, AreRefusedWhereNothingWouldRunSideBySide) {
  EXPECT_THAT(refusal(2, plan_of({ScopeKind::kStep}), {{0}, {1}}),
              AllOf(HasSubstr("--jobs=2"), HasSubstr("no epoch benchmark is selected")));
}

}  // namespace
}  // namespace ndbench
