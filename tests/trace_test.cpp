#include "worker/trace.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <limits>

#include "ndbench/error.h"
#include "temporary_folder.h"
#include "traced_task.h"
#include "worker/state_hash.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::SizeIs;

/// At which of the steps that it could stop after a trace takes a point.
std::vector<std::int64_t> points(Trace& trace, const std::vector<std::int64_t>& possible) {
  const TracedTask task;
  std::vector<std::int64_t> taken;
  for (const std::int64_t step : possible) {
    if (!trace.is_due(step)) continue;
    taken.push_back(trace.take(task, step, "hash").step);
  }
  return taken;
}

std::vector<std::int64_t> up_to(std::int64_t last) {
  std::vector<std::int64_t> steps;
  for (std::int64_t step = 0; step <= last; ++step) steps.push_back(step);
  return steps;
}

TEST(Trace, IsAtTheFirstStepsAndThePowersOfTwo) {
  Trace trace({.enabled = true});
  EXPECT_THAT(points(trace, up_to(70)), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64));
}

TEST(Trace, CatchesUpWhereItMayNotStop) {
  Trace trace({.enabled = true});
  // A warm-up of 5, then blocks of 1 + 5 steps.
  EXPECT_THAT(points(trace, {0, 1, 2, 3, 4, 5, 11, 17, 23, 29, 35}),
              ElementsAre(0, 1, 2, 3, 4, 5, 11, 17, 35));
}

TEST(Trace, TakesNoPointUnlessItIsEnabled) {
  Trace trace;
  EXPECT_THAT(points(trace, up_to(10)), IsEmpty());
  EXPECT_FALSE(trace.lacks(3));
  EXPECT_THAT(trace.finish(TracedTask(), 10, "hash"), IsEmpty());
}

TEST(Trace, EndsWithThePointOfTheLastStep) {
  Trace trace({.enabled = true});
  EXPECT_THAT(points(trace, up_to(10)), SizeIs(9));
  EXPECT_TRUE(trace.lacks(10));
  const auto last = trace.finish(TracedTask(), 10, "hash");
  ASSERT_THAT(last, SizeIs(1));
  EXPECT_EQ(last.front().step, 10);
  EXPECT_EQ(last.front().state_hash, "hash");
  EXPECT_THAT(points(trace, up_to(100)), IsEmpty()) << "nothing is due after the end";
  EXPECT_THAT(trace.finish(TracedTask(), 100, "hash"), IsEmpty());
}

TEST(Trace, EndsWithoutAPointThatIsThere) {
  Trace trace({.enabled = true});
  EXPECT_THAT(points(trace, up_to(8)), SizeIs(9));
  EXPECT_FALSE(trace.lacks(8));
  EXPECT_THAT(trace.finish(TracedTask(), 8, "hash"), IsEmpty());
}

TEST(Trace, HashesTheBatch) {
  Trace trace({.enabled = true});
  TracedTask task;
  EXPECT_EQ(trace.take(task, 0, "").input_hash, "");
  task.inputs = at::ones({4});
  const std::string hash = trace.take(task, 1, "").input_hash;
  EXPECT_EQ(hash, hash_batch(task));
  EXPECT_THAT(hash, SizeIs(32));
  task.inputs[2] = 1.5;
  EXPECT_NE(trace.take(task, 2, "").input_hash, hash);
}

/// A reference and another replica that share a folder.
class TracePair : public testing::Test {
 protected:
  [[nodiscard]] TraceRequest request(bool is_reference) const {
    return {.enabled = true,
            .is_reference = is_reference,
            .folder = folder_.path() / "0",
            .snapshot_limit = limit_};
  }

  TemporaryFolder folder_;
  std::int64_t limit_ = std::numeric_limits<std::int64_t>::max();
};

TEST_F(TracePair, ComparesWithTheReferenceAtTheSameStep) {
  TracedTask task;
  task.logits = at::zeros({2, 2});
  Trace reference(request(true));
  const TracePoint first = reference.take(task, 0, "a");
  EXPECT_EQ(first.not_compared, "");
  EXPECT_THAT(first.differences, IsEmpty());
  task.weights[1] = 3.0F;
  (void)reference.take(task, 1, "b");

  TracedTask other;
  other.logits = at::zeros({2, 2});
  Trace replica(request(false));
  const TracePoint start = replica.take(other, 0, "a");
  ASSERT_THAT(start.differences, ElementsAre(Key("outputs"), Key("weights")));
  EXPECT_EQ(start.differences.at("weights").differing, 0);
  const TracePoint next = replica.take(other, 1, "c");
  EXPECT_EQ(next.not_compared, "");
  EXPECT_EQ(next.differences.at("weights").elements, 3);
  EXPECT_EQ(next.differences.at("weights").differing, 1);
  EXPECT_EQ(next.differences.at("weights").distance, 1.0);
  EXPECT_EQ(next.differences.at("outputs").differing, 0);
}

TEST_F(TracePair, SaysWhyItDidNotCompare) {
  TracedTask task;
  Trace reference(request(true));
  (void)reference.take(task, 1, "a");
  Trace replica(request(false));
  const TracePoint absent = replica.take(task, 0, "a");
  EXPECT_EQ(absent.not_compared, "replica 0 left no snapshot of step 0");
  EXPECT_EQ(absent.state_hash, "a");
  task.weights = at::zeros({4});
  const TracePoint foreign = replica.take(task, 1, "a");
  EXPECT_THAT(foreign.not_compared, HasSubstr("other tensors"));
  EXPECT_THAT(foreign.differences, IsEmpty());
}

TEST_F(TracePair, GoesOnWhereNothingCanBeWritten) {
  write_bytes(folder_.path() / "0", "in the way");
  Trace reference(request(true));
  const TracePoint point = reference.take(TracedTask(), 0, "a");
  EXPECT_THAT(point.not_compared, HasSubstr((folder_.path() / "0").string()));
  EXPECT_EQ(point.state_hash, "a");
}

TEST_F(TracePair, KeepsRoomForTheLastSnapshot) {
  const TracedTask task;
  Trace measured(request(true));
  (void)measured.take(task, 0, "a");
  const auto size = static_cast<std::int64_t>(fs::file_size(folder_.path() / "0" / "0.snapshot"));
  fs::remove_all(folder_.path() / "0");

  limit_ = 3 * size;
  Trace reference(request(true));
  EXPECT_EQ(reference.take(task, 0, "a").not_compared, "");
  EXPECT_EQ(reference.take(task, 1, "a").not_compared, "");
  EXPECT_THAT(reference.take(task, 2, "a").not_compared, HasSubstr("no room for a snapshot"));
  const auto last = reference.finish(task, 3, "a");
  ASSERT_THAT(last, SizeIs(1));
  EXPECT_EQ(last.front().not_compared, "");
  EXPECT_FALSE(fs::exists(folder_.path() / "0" / "2.snapshot"));
  EXPECT_TRUE(fs::exists(folder_.path() / "0" / "3.snapshot"));
}

TEST_F(TracePair, LeavesNoSnapshotWhereNobodyReadsThem) {
  TraceRequest alone = request(true);
  alone.folder.clear();
  Trace trace(alone);
  EXPECT_EQ(trace.take(TracedTask(), 0, "a").not_compared, "");
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

}  // namespace
}  // namespace ndbench
