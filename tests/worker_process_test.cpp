#include "core/worker_process.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "core/watch.h"
#include "environment_variable.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t kKept = 65'536;  // bytes of output

/// Whether no child of this process is left, not even one that waits to be reaped.
bool is_childless() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

/// Whether the process is gone or only waits for its new parent to reap it. A child of a child is
/// killed without anybody waiting for it, so that it may live a moment longer.
bool ends_soon(const std::string& process) {
  for (int attempt = 0; attempt < 1'000'000; ++attempt) {
    std::ifstream file("/proc/" + process + "/stat");
    std::string id;
    std::string name;
    std::string state;
    if (!(file >> id >> name >> state) || state == "Z" || state == "X") return true;
  }
  return false;
}

/// Starts the stub worker as `behaviour` says.
class WorkerProcessTest : public testing::Test {
 protected:
  // Long where nothing waits for its end, so that a busy machine changes no outcome.
  WorkerProcess::Options options_{NDBENCH_TEST_STUB_WORKER, 60s, 60s};
  InterruptSignals signals_;
  Offspring offspring_{signals_};

  [[nodiscard]] std::unique_ptr<WorkerProcess> start(const std::string& behaviour) {
    return std::make_unique<WorkerProcess>(
        options_, std::map<std::string, std::string>{{"STUB_WORKER", behaviour}}, signals_,
        offspring_);
  }

  /// The outcome of one request to a worker that does not fulfil it.
  Outcome outcome_of(const std::string& behaviour) {
    try {
      (void)start(behaviour)->ask<Description>(DescribeRequest{{PluginKind::kModel, "m", "/m.so"}});
    } catch (const WorkerFailed& failure) {
      EXPECT_TRUE(is_childless());
      return failure.outcome;
    }
    ADD_FAILURE() << "the request was fulfilled";
    return {};
  }
};

TEST_F(WorkerProcessTest, AnswersARequest) {
  const auto description =
      start("describe")->ask<Description>(DescribeRequest{{PluginKind::kModel, "m", "/é.so"}});
  EXPECT_EQ(description.name, "m");
  EXPECT_EQ(description.unavailable, "/é.so");
  EXPECT_TRUE(is_childless());
}

TEST_F(WorkerProcessTest, AnswersManyRequestsAndPassesOverPhaseNotes) {
  const auto worker = start("serve");
  (void)worker->ask<Prepared>(PrepareRequest{});
  for (int epoch = 0; epoch < 10; ++epoch) {
    EXPECT_EQ(worker->ask<EpochSample>(EpochRequest{epoch}).examples, epoch);
  }
  EXPECT_EQ(worker->ask<State>(StateRequest{}).hash, "hash");
}

TEST_F(WorkerProcessTest, IsSkippedWhereWhatItIsAskedForDoesNotExist) {
  const Outcome outcome = outcome_of("lack");
  EXPECT_EQ(outcome.status, Status::kSkipped);
  EXPECT_EQ(outcome.reason, "no such kernel");
}

TEST_F(WorkerProcessTest, RunsBesideAnotherWorker) {
  const auto one = start("serve");
  const auto other = start("serve");
  one->send(PrepareRequest{});
  other->send(PrepareRequest{});
  (void)other->await<Prepared>();
  (void)one->await<Prepared>();
}

TEST_F(WorkerProcessTest, AddsToTheEnvironmentAndReplacesInIt) {
  const EnvironmentVariable told("STUB_TOLD", "before");
  const auto told_to = [&](const std::map<std::string, std::string>& environment) {
    WorkerProcess worker(options_, environment, signals_, offspring_);
    return worker.ask<Description>(DescribeRequest{}).summary;
  };
  EXPECT_EQ(told_to({{"STUB_WORKER", "describe"}}), "before");
  EXPECT_EQ(told_to({{"STUB_WORKER", "describe"}, {"STUB_TOLD", "after"}}), "after");
  EXPECT_STREQ(std::getenv("STUB_TOLD"), "before");
}

TEST_F(WorkerProcessTest, RunsOnTheProcessorsThatItIsGivenAlone) {
  const Processors last{usable_cores().back().back()};
  const auto processors_of = [&] {
    return start("tell processors")->ask<Description>(DescribeRequest{}).name;
  };
  const std::string all = processors_of();
  options_.processors = last;
  EXPECT_EQ(processors_of(), std::to_string(last.front()));
  options_.processors.clear();
  EXPECT_EQ(processors_of(), all);  // the supervisor's own are as they were
}

TEST_F(WorkerProcessTest, SaysOnWhichProcessorsItCannotStart) {
  options_.processors = {60'000, 60'001};
  try {
    (void)start("describe");
    FAIL() << "started";
  } catch (const WorkerFailed& failure) {
    EXPECT_THAT(failure.outcome.reason, EndsWith(" on processors 60000,60001: Invalid argument"));
  }
  EXPECT_TRUE(is_childless());
}

TEST_F(WorkerProcessTest, HasNoAnswerToTryForBeforeItComes) {
  const auto worker = start("hang");
  worker->send(DescribeRequest{});
  EXPECT_FALSE(worker->try_receive());
  EXPECT_FALSE(worker->try_receive());
}

TEST_F(WorkerProcessTest, TriesForAnswersPastPhaseNotes) {
  const auto worker = start("serve");
  const auto answer = [&] {
    std::optional<Message> message;
    while (!(message = worker->try_receive())) wait_for_any({worker.get()}, signals_);
    return *message;
  };
  worker->send(PrepareRequest{});
  EXPECT_TRUE(std::holds_alternative<Prepared>(answer()));
  for (int epoch = 0; epoch < 10; ++epoch) {
    worker->send(EpochRequest{epoch});
    EXPECT_EQ(std::get<EpochSample>(answer()).examples, epoch);
  }
}

TEST_F(WorkerProcessTest, CountsTheTimeToTryFromTheRequest) {
  options_.timeout = 200ms;
  options_.grace = 50ms;
  const auto worker = start("hang and ignore SIGTERM");
  worker->send(DescribeRequest{});
  try {
    while (!worker->try_receive()) wait_for_any({worker.get()}, signals_);
    FAIL() << "answered";
  } catch (const WorkerFailed& failure) {
    EXPECT_THAT(failure.outcome.reason, StartsWith("no end of phase 'load' within 0.2 s"));
  }
  EXPECT_TRUE(is_childless());
}

TEST_F(WorkerProcessTest, IsKilledWhenItIsNoLongerNeeded) {
  { const auto idle = start("hang"); }
  EXPECT_TRUE(is_childless());
}

TEST_F(WorkerProcessTest, ReportsAFailureWithItsPhaseAndOutput) {
  const Outcome outcome = outcome_of("fail");
  EXPECT_EQ(outcome.status, Status::kFailed);
  EXPECT_EQ(outcome.exit_code, ExitCode::kBenchmarkFailed);
  EXPECT_EQ(outcome.phase, "prepare");
  EXPECT_EQ(outcome.reason, "no data");
  EXPECT_EQ(outcome.output, "before the failure\n");
}

TEST_F(WorkerProcessTest, ReportsARejectedPluginAsSuch) {
  const Outcome outcome = outcome_of("reject");
  EXPECT_EQ(outcome.exit_code, ExitCode::kPluginRejected);
  EXPECT_EQ(outcome.reason, "no data");
}

TEST_F(WorkerProcessTest, ReportsTheStatusOfAnExit) {
  const Outcome outcome = outcome_of("exit");
  EXPECT_EQ(outcome.exit_code, ExitCode::kBenchmarkFailed);
  EXPECT_EQ(outcome.phase, "load");
  EXPECT_EQ(outcome.reason,
            "the process exited with status 3 before it answered; a plugin must not call exit()");
  EXPECT_EQ(outcome.output, "to stderr\n");
}

TEST_F(WorkerProcessTest, TakesAnExitWithStatusZeroForAFailureToo) {
  EXPECT_THAT(outcome_of("leave").reason, StartsWith("the process exited with status 0 before"));
}

TEST_F(WorkerProcessTest, ReportsTheSignalAndThePhaseOfADeath) {
  const Outcome outcome = outcome_of("abort in hash");
  EXPECT_EQ(outcome.exit_code, ExitCode::kBenchmarkFailed);
  EXPECT_EQ(outcome.phase, "hash");
  EXPECT_EQ(outcome.reason, "killed by SIGABRT (Aborted)");
}

TEST_F(WorkerProcessTest, CallsTheFirstStepsTraining) {
  const auto worker = start("exit");
  try {
    (void)worker->ask<StepSamples>(StepsRequest{1, 1});
    FAIL() << "answered";
  } catch (const WorkerFailed& failure) {
    EXPECT_EQ(failure.outcome.phase, "train");
  }
}

TEST_F(WorkerProcessTest, NeverBlocksAWorkerThatPrintsMoreThanAPipeHolds) {
  const auto description = start("print")->ask<Description>(DescribeRequest{});
  EXPECT_EQ(description.name, "printed");
}

TEST_F(WorkerProcessTest, KeepsTheEndOfTheOutput) {
  const std::string output = outcome_of("print and exit").output;
  EXPECT_EQ(output.size(), kKept);
  EXPECT_THAT(output, EndsWith("000019998\n000019999\n"));
  EXPECT_THAT(output, StartsWith("13446\n000013447\n"));  // 6,553 lines of 10 bytes, and 6 bytes
}

TEST_F(WorkerProcessTest, RefusesBytesThatAreNoFrame) {
  const Outcome outcome = outcome_of("garbage");
  EXPECT_EQ(outcome.exit_code, ExitCode::kBenchmarkFailed);
  EXPECT_THAT(outcome.reason, HasSubstr("does not begin with the magic number"));
}

TEST_F(WorkerProcessTest, RefusesAFrameThatComesTwice) {
  EXPECT_THAT(outcome_of("replay").reason, HasSubstr("frame 0 came where 1 was expected"));
}

TEST_F(WorkerProcessTest, KillsAWorkerThatDoesNotAnswer) {
  options_.timeout = 50ms;
  const Outcome outcome = outcome_of("hang");
  EXPECT_EQ(outcome.exit_code, ExitCode::kBenchmarkFailed);
  EXPECT_EQ(outcome.reason,
            "no end of phase 'load' within 0.05 s, killed; raise load in [limits] of the suite, or "
            "--timeout, if it needs longer");
}

TEST_F(WorkerProcessTest, KillsAWorkerThatIgnoresSigterm) {
  options_.timeout = 50ms;
  options_.grace = 50ms;
  EXPECT_THAT(outcome_of("hang and ignore SIGTERM").reason,
              StartsWith("no end of phase 'load' within 0.05 s"));
}

TEST_F(WorkerProcessTest, KillsAWorkerThatHangsUp) {
  options_.grace = 50ms;
  EXPECT_EQ(outcome_of("hang up").reason, "closed the connection to ndbench_suite and went on");
}

TEST_F(WorkerProcessTest, NoticesADeathThoughAChildHoldsTheConnection) {
  options_.timeout = 5s;
  const Outcome outcome = outcome_of("leave a child");
  EXPECT_THAT(outcome.reason, StartsWith("the process exited with status 3 before it answered"));
  ASSERT_THAT(outcome.output, StartsWith("child "));
  EXPECT_TRUE(ends_soon(outcome.output.substr(6, outcome.output.find('\n') - 6)));
}

TEST_F(WorkerProcessTest, KillsWhatAWorkerLeavesBehind) {
  const auto description = start("leave a child and describe")->ask<Description>(DescribeRequest{});
  EXPECT_TRUE(is_childless());
  EXPECT_TRUE(ends_soon(description.name));
}

TEST_F(WorkerProcessTest, KillsWhatAWorkerLeftBehindWhenTheTimeIsUp) {
  options_.timeout = 200ms;
  options_.grace = 50ms;  // the child ignores SIGTERM
  const Outcome outcome = outcome_of("leave a child and hang");
  EXPECT_THAT(outcome.reason, StartsWith("no end of phase 'load' within 0.2 s"));
  ASSERT_THAT(outcome.output, StartsWith("child "));
  EXPECT_TRUE(ends_soon(outcome.output.substr(6, outcome.output.find('\n') - 6)));
}

TEST_F(WorkerProcessTest, EndsTheWaitWhenASignalArrives) {
  const auto worker = start("hang");
  worker->send(DescribeRequest{});
  ::kill(::getpid(), SIGTERM);
  try {
    (void)worker->receive();
    FAIL() << "answered";
  } catch (const Interrupted& interrupted) {
    EXPECT_EQ(interrupted.signal, SIGTERM);
  }
}

TEST_F(WorkerProcessTest, NamesThePhaseThatDoesNotEnd) {
  options_.limits.seconds = {{"evaluate", 0.1}};
  const Outcome outcome = outcome_of("hang in evaluate");
  EXPECT_EQ(outcome.reason,
            "no end of phase 'evaluate' within 0.1 s, killed; raise evaluate in [limits] of the "
            "suite if it needs longer");
  EXPECT_EQ(outcome.phase, "evaluate");
  EXPECT_TRUE(outcome.is_lost);
}

TEST_F(WorkerProcessTest, AddsUpTheTimeOfAPhaseThatIsEnteredAgain) {
  options_.limits.seconds = {{"hash", 0.2}};
  EXPECT_THAT(outcome_of("go to and fro").reason,
              StartsWith("no end of phase 'hash' within 0.2 s"));
}

TEST_F(WorkerProcessTest, EndsAStoppedAndATracedWorkerInTime) {
  options_.timeout = 100ms;
  EXPECT_THAT(outcome_of("stop").reason, StartsWith("no end of phase"));
  options_.grace = 50ms;
  EXPECT_THAT(outcome_of("be traced and stop").reason, StartsWith("no end of phase"));
}

TEST_F(WorkerProcessTest, EndsAWorkerThatHasLeftItsGroup) {
  options_.timeout = 100ms;
  options_.grace = 50ms;
  EXPECT_THAT(outcome_of("leave the group and hang").reason, StartsWith("no end of phase"));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// A sanitizer reserves more memory than such a limit allows.
TEST_F(WorkerProcessTest, SetsResourceLimits) {
  const auto limits_of = [&] {
    const auto description = start("tell limits")->ask<Description>(DescribeRequest{});
    return description.name + " " + description.summary;
  };
  rlimit data{};
  getrlimit(RLIMIT_DATA, &data);
  EXPECT_EQ(limits_of(), "0 " + std::to_string(data.rlim_cur));
  options_.limits.memory_bytes = 1'000'000'000;
  EXPECT_EQ(limits_of(), "0 1000000000");
}

TEST_F(WorkerProcessTest, NamesTheLimitWhereMemoryRunsOut) {
  EXPECT_EQ(outcome_of("fail for memory").reason, "out of memory (std::bad_alloc)");
  options_.limits.memory_bytes = 1'000'000'000;
  EXPECT_EQ(outcome_of("fail for memory").reason,
            "out of memory (std::bad_alloc); the suite's [limits] allow it memory = 1000000000 "
            "bytes");
}
#endif

TEST_F(WorkerProcessTest, SaysWhoKilledIt) {
  EXPECT_EQ(outcome_of("be killed").reason, "killed by SIGKILL (Killed) from outside ndbench");
  double kills = 3.0;
  options_.oom_kills = [&] { return kills; };
  EXPECT_EQ(outcome_of("be killed").reason, "killed by SIGKILL (Killed) from outside ndbench");
  options_.oom_kills = [&] { return kills++; };
  const Outcome outcome = outcome_of("be killed");
  EXPECT_THAT(outcome.reason, StartsWith("killed by the kernel for want of memory (oom_kill went "
                                         "from 3 to 4)"));
  EXPECT_TRUE(outcome.is_lost);
}

TEST_F(WorkerProcessTest, StopsAWorkerThatStartsTooManyProcesses) {
  options_.limits.processes = 20;
  const Outcome outcome = outcome_of("start many");
  EXPECT_THAT(outcome.reason, StartsWith("started more than 20 processes, killed"));
  EXPECT_FALSE(outcome.is_lost);
}

TEST_F(WorkerProcessTest, FindsADaemonThatAWorkerLeft) {
  const auto worker = start("leave a daemon and describe");
  (void)worker->ask<Description>(DescribeRequest{});
  EXPECT_EQ(worker->end(), (LeftProcesses{{"daemon", 1}}));
  EXPECT_TRUE(is_childless());
}

TEST_F(WorkerProcessTest, TellsTheDaemonsOfTwoWorkersApart) {
  const auto one = start("leave a daemon and describe");
  const auto other = start("hang");
  (void)one->ask<Description>(DescribeRequest{});
  EXPECT_EQ(other->end(), LeftProcesses{});
  EXPECT_EQ(one->end(), (LeftProcesses{{"daemon", 1}}));
}

TEST_F(WorkerProcessTest, FindsADaemonThatADeadWorkerLeft) {
  try {
    (void)start("leave a daemon and exit")->ask<Description>(DescribeRequest{});
    FAIL() << "answered";
  } catch (const WorkerFailed& failure) {
    EXPECT_EQ(left_text(failure.left), "left 1 process behind (daemon), killed");
  }
  EXPECT_TRUE(is_childless());
}

TEST_F(WorkerProcessTest, BlamesAWorkerForTheSignalThatItSends) {
  EXPECT_THAT(outcome_of("signal the parent").reason,
              StartsWith("sent SIGTERM (Terminated) to ndbench_suite"));
  EXPECT_THAT(outcome_of("signal the parent by a child").reason,
              StartsWith("sent SIGINT (Interrupt) to ndbench_suite"));
  EXPECT_NO_THROW(signals_.check());
}

TEST(LeftText, CountsProcessesByName) {
  EXPECT_EQ(left_text({}), "");
  EXPECT_EQ(left_text({{"a\x1b", 1}, {"b", 3}}),
            "left 4 processes behind (a\\x1b; b, 3 of them), killed");
}

TEST_F(WorkerProcessTest, FailsToStartWithAReason) {
  options_.executable = "/no/such/worker";
  try {
    (void)start("describe");
    FAIL() << "started";
  } catch (const WorkerFailed& failure) {
    EXPECT_EQ(failure.outcome.exit_code, ExitCode::kBenchmarkFailed);
    EXPECT_EQ(failure.outcome.reason,
              "cannot start the worker '/no/such/worker': No such file or directory");
  }
  EXPECT_TRUE(is_childless());
}

}  // namespace
}  // namespace ndbench
