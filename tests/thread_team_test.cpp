#include "../framework/sdk/thread_team.h"

#include <gmock/gmock.h>

#include <latch>
#include <stdexcept>

namespace ndbench {
namespace {

using testing::Each;
using testing::ThrowsMessage;

TEST(ThreadTeam, DoesEveryPieceOfWorkOnEveryThreadAtOnce) {
  ThreadTeam team(3);
  std::vector<std::thread::id> first(3);
  for (int piece = 0; piece < 100; ++piece) {
    std::latch all(3);
    std::vector<int> done(3);
    std::vector<std::thread::id> threads(3);
    team.run([&](std::size_t number) {
      all.arrive_and_wait();
      ++done[number];
      threads[number] = std::this_thread::get_id();
    });
    EXPECT_THAT(done, Each(1));
    if (piece == 0) first = threads;
    EXPECT_EQ(threads, first);
  }
}

TEST(ThreadTeam, ThrowsTheExceptionOfTheLowestNumberAndWorksOn) {
  ThreadTeam team(4);
  const auto fail = [&] {
    team.run([](std::size_t number) {
      if (number > 1) throw std::runtime_error(std::to_string(number));
    });
  };
  EXPECT_THAT(fail, ThrowsMessage<std::runtime_error>("2"));
  EXPECT_THAT(fail, ThrowsMessage<std::runtime_error>("2"));
  EXPECT_NO_THROW(team.run([](std::size_t) {}));
}

TEST(ThreadTeam, EndsWithoutWork) { const ThreadTeam team(2); }

}  // namespace
}  // namespace ndbench
