#include "core/watch.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "core/worker_process.h"

namespace ndbench {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

/// Waits for stub workers.
class WatchTest : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<WorkerProcess> asked(const std::string& behaviour) {
    auto worker = std::make_unique<WorkerProcess>(
        options_, std::map<std::string, std::string>{{"STUB_WORKER", behaviour}}, signals_,
        offspring_);
    worker->send(DescribeRequest{{PluginKind::kModel, "m", "/m.so"}});
    return worker;
  }

  /// The answer of `worker`, while `other` is waited for, too, and has none.
  Message answer_beside(Worker& worker, Worker& other) {
    while (true) {
      wait_for_any({&worker, &other}, signals_);
      EXPECT_FALSE(other.try_receive());
      if (auto answer = worker.try_receive()) return *answer;
    }
  }

  Outcome failure_beside(Worker& worker, Worker& other) {
    try {
      (void)answer_beside(worker, other);
    } catch (const WorkerFailed& failure) {
      return failure.outcome;
    }
    ADD_FAILURE() << "the request was fulfilled";
    return {};
  }

  WorkerProcess::Options options_{NDBENCH_TEST_STUB_WORKER, 60s, 60s};
  InterruptSignals signals_;
  Offspring offspring_{signals_};
};

TEST_F(WatchTest, EndsWithAnAnswerOfAnyWorker) {
  const auto one = asked("hang");
  const auto other = asked("describe");
  EXPECT_EQ(std::get<Description>(answer_beside(*other, *one)).name, "m");
}

TEST_F(WatchTest, EndsWithADeath) {
  const auto one = asked("hang");
  const auto other = asked("abort in hash");
  const Outcome outcome = failure_beside(*other, *one);
  EXPECT_EQ(outcome.reason, "killed by SIGABRT (Aborted)");
  EXPECT_EQ(outcome.phase, "hash");
}

TEST_F(WatchTest, EndsWithADeathBehindAChildThatHoldsTheSocket) {
  const auto one = asked("hang");
  const auto other = asked("leave a child");
  EXPECT_THAT(failure_beside(*other, *one).reason, StartsWith("the process exited with status 3"));
}

TEST_F(WatchTest, KeepsAWorkerFromBlockingOnWhatItPrints) {
  const auto one = asked("hang");
  const auto other = asked("print");  // more than a pipe holds
  EXPECT_EQ(std::get<Description>(answer_beside(*other, *one)).name, "printed");
}

TEST_F(WatchTest, EndsWhenTheTimeOfOneIsUp) {
  const auto one = asked("hang");
  options_.timeout = 200ms;
  const auto other = asked("hang");
  EXPECT_THAT(failure_beside(*other, *one).reason,
              HasSubstr("no end of phase 'load' within 0.2 s"));
}

TEST_F(WatchTest, EndsWhenASignalArrives) {
  const auto one = asked("hang");
  ::kill(::getpid(), SIGTERM);
  EXPECT_THROW(wait_for_any({one.get()}, signals_), Interrupted);
}

}  // namespace
}  // namespace ndbench
