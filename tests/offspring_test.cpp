#include "core/offspring.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// A process in a session of its own, whose parent has ended.
pid_t make_daemon(const char* name) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  const pid_t parent = fork();
  if (parent == 0) {
    setsid();
    const pid_t daemon = fork();
    if (daemon == 0) {
      prctl(PR_SET_NAME, name);
      const pid_t self = getpid();
      (void)!write(ends[1], &self, sizeof self);
      while (true) pause();
    }
    _exit(0);
  }
  waitpid(parent, nullptr, 0);
  pid_t daemon = -1;
  (void)!read(ends[0], &daemon, sizeof daemon);
  close(ends[0]);
  close(ends[1]);
  return daemon;
}

class OffspringTest : public testing::Test {
 protected:
  InterruptSignals signals_;
  Offspring offspring_{signals_};
};

TEST_F(OffspringTest, EndsWhatIsPutDownToNoWorker) {
  const pid_t daemon = make_daemon("stray");
  ASSERT_GT(daemon, 0);
  EXPECT_THAT(offspring_.end_rest(), ElementsAre(Pair("stray", 1)));
  EXPECT_EQ(kill(daemon, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST_F(OffspringTest, LeavesWorkersAlone) {
  const pid_t worker = fork();
  if (worker == 0) {
    while (true) pause();
  }
  offspring_.add(worker, offspring_.next_mark());
  EXPECT_THAT(offspring_.end_rest(), IsEmpty());
  EXPECT_EQ(kill(worker, 0), 0);
  kill(worker, SIGKILL);
  waitpid(worker, nullptr, 0);
  offspring_.remove(worker);
}

}  // namespace
}  // namespace ndbench
