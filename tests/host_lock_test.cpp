#include "core/host_lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "core/usage_error.h"
#include "environment_variable.h"

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A lock of this test alone, whatever else runs on the host.
std::string test_lock() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  return "test " + std::to_string(getpid()) + " " + test->name();
}

void ignore(const MeasuringRun&) {}

/// Another process that holds a lock from when this object is made until it is told to let go.
class OtherRun {
 public:
  OtherRun(const std::string& name, HostSharing sharing) {
    std::signal(SIGPIPE, SIG_IGN);  // one that was refused has ended
    std::array<int, 2> ready{};
    std::array<int, 2> end{};
    if (pipe2(ready.data(), O_CLOEXEC) != 0 || pipe2(end.data(), O_CLOEXEC) != 0) std::abort();
    process_ = fork();
    if (process_ == 0) {
      char byte = 0;
      try {
        InterruptSignals signals;
        const HostLock lock(name, sharing, signals, ignore);
        byte = 'h';
        (void)!write(ready[1], &byte, 1);
        (void)!read(end[0], &byte, 1);
      } catch (const HostBusy&) {
        byte = 'b';
        (void)!write(ready[1], &byte, 1);
      }
      _exit(0);
    }
    close(ready[1]);
    close(end[0]);
    end_ = end[1];
    char byte = 0;
    holds_ = read(ready[0], &byte, 1) == 1 && byte == 'h';
    close(ready[0]);
  }
  OtherRun(const OtherRun&) = delete;
  OtherRun& operator=(const OtherRun&) = delete;
  ~OtherRun() { let_go(); }

  [[nodiscard]] bool holds() const { return holds_; }
  [[nodiscard]] int process() const { return process_; }

  void let_go() {
    if (process_ < 0) return;
    // A byte, for closing would not end it: a run that was started later has the same pipe.
    (void)!write(end_, "e", 1);
    reap();
  }

  void kill() {
    ::kill(process_, SIGKILL);
    reap();
  }

 private:
  void reap() {
    close(end_);
    waitpid(process_, nullptr, 0);
    process_ = -1;
  }

  int process_ = -1;
  int end_ = -1;
  bool holds_ = false;
};

class HostLockTest : public testing::Test {
 protected:
  /// What is said to a run that refuses to share; "" if it gets the lock.
  std::string refusal() {
    try {
      const HostLock lock(name_, HostSharing::kRefuse, signals_, ignore);
      return "";
    } catch (const HostBusy& busy) {
      return busy.what();
    }
  }

  std::string name_ = test_lock();
  InterruptSignals signals_;
};

TEST_F(HostLockTest, IsHadAndFreedAgain) {
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(refusal(), "");
  EXPECT_THAT(measuring_runs(name_), IsEmpty());
}

TEST_F(HostLockTest, IsRefusedWhileAnotherProcessHasItAndNamesThatOne) {
  OtherRun other(name_, HostSharing::kRefuse);
  ASSERT_TRUE(other.holds());
  EXPECT_THAT(refusal(), HasSubstr("process " + std::to_string(other.process()) + " ("));
  EXPECT_THAT(refusal(), HasSubstr("host_lock_test"));
  EXPECT_THAT(refusal(), HasSubstr("--host_lock=wait"));
  const auto runs = measuring_runs(name_);
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].process, other.process());
  other.let_go();
  EXPECT_EQ(refusal(), "");
}

TEST_F(HostLockTest, IsRefusedWithinOneProcessToo) {
  const HostLock lock(name_, HostSharing::kRefuse, signals_, ignore);
  EXPECT_THAT(refusal(), HasSubstr("process " + std::to_string(getpid())));
}

TEST_F(HostLockTest, IsFreeOnceItsHolderWasKilled) {
  OtherRun other(name_, HostSharing::kRefuse);
  ASSERT_TRUE(other.holds());
  other.kill();
  EXPECT_EQ(refusal(), "");
}

TEST_F(HostLockTest, IsHadByOneWhoWaitsWhenItsHolderIsKilled) {
  OtherRun other(name_, HostSharing::kRefuse);
  ASSERT_TRUE(other.holds());
  std::vector<int> waited_for;
  const HostLock lock(name_, HostSharing::kWait, signals_, [&](const MeasuringRun& run) {
    waited_for.push_back(run.process);
    other.kill();
  });
  EXPECT_THAT(waited_for, SizeIs(1));
  EXPECT_NE(refusal(), "");
}

TEST_F(HostLockTest, WaitsForEachOfSeveralRunsThatShare) {
  OtherRun one(name_, HostSharing::kShare);
  OtherRun two(name_, HostSharing::kShare);
  std::vector<int> waited_for;
  const std::vector<int> expected{one.process(), two.process()};
  const HostLock lock(name_, HostSharing::kWait, signals_, [&](const MeasuringRun& run) {
    waited_for.push_back(run.process);
    (run.process == one.process() ? one : two).let_go();
  });
  EXPECT_EQ(waited_for, expected);
}

TEST_F(HostLockTest, IsNotWaitedForAfterASignal) {
  OtherRun other(name_, HostSharing::kRefuse);
  EXPECT_THROW(
      HostLock(name_, HostSharing::kWait, signals_, [](const MeasuringRun&) { raise(SIGTERM); }),
      Interrupted);
}

TEST_F(HostLockTest, IsSharedOnlyByThoseWhoSayThatTheyShare) {
  OtherRun holder(name_, HostSharing::kRefuse);
  OtherRun sharer(name_, HostSharing::kShare);
  EXPECT_TRUE(sharer.holds());
  EXPECT_THAT(measuring_runs(name_), SizeIs(2));
  holder.let_go();
  EXPECT_THAT(refusal(), HasSubstr(std::to_string(sharer.process())));
  sharer.let_go();
  EXPECT_EQ(refusal(), "");
}

TEST_F(HostLockTest, OfAnotherNameIsAnother) {
  OtherRun other(name_ + "'", HostSharing::kRefuse);
  ASSERT_TRUE(other.holds());
  EXPECT_EQ(refusal(), "");
}

TEST_F(HostLockTest, IsHeldByOneOfMany) {
  std::vector<std::unique_ptr<OtherRun>> runs;
  for (int count = 0; count < 8; ++count) {
    runs.push_back(std::make_unique<OtherRun>(name_, HostSharing::kRefuse));
  }
  EXPECT_EQ(std::count_if(runs.begin(), runs.end(), [](const auto& run) { return run->holds(); }),
            1);
}

TEST(HostLockName, IsThatOfTheVariable) {
  const EnvironmentVariable none("NDBENCH_HOST_LOCK_NAME", nullptr);
  EXPECT_EQ(host_lock_name(), "");
  const EnvironmentVariable node("NDBENCH_HOST_LOCK_NAME", "node 0");
  EXPECT_EQ(host_lock_name(), "node 0");
  const EnvironmentVariable fits("NDBENCH_HOST_LOCK_NAME", std::string(64, 'x').c_str());
  InterruptSignals signals;
  const HostLock lock(host_lock_name() + std::to_string(getpid()), HostSharing::kRefuse, signals,
                      ignore);
  const EnvironmentVariable too_long("NDBENCH_HOST_LOCK_NAME", std::string(65, 'x').c_str());
  EXPECT_THROW((void)host_lock_name(), UsageError);
}

TEST(MeasuringRun, IsNamedAsFarAsItIsVisible) {
  EXPECT_EQ((MeasuringRun{42, "ndbench_suite --suite=graph"}.text()),
            "process 42 (ndbench_suite --suite=graph)");
  EXPECT_EQ((MeasuringRun{42, ""}.text()), "process 42");
  EXPECT_EQ(MeasuringRun{}.text(), "a process that cannot be seen from here");
}

}  // namespace
}  // namespace ndbench
