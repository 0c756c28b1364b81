#include "data/prefetch.h"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <stdexcept>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::ThrowsMessage;

/// Two bytes an item: its number, and 100 more.
void number(std::int64_t item, std::span<std::uint8_t> bytes) {
  bytes[0] = static_cast<std::uint8_t>(item);
  bytes[1] = static_cast<std::uint8_t>(100 + item);
}

std::vector<std::int64_t> first_numbers(std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  return order;
}

TEST(Prefetch, NothingComesBeforeAnOrderIsStarted) {
  Prefetch prefetch(number, 2, 1, 1);
  EXPECT_THAT(prefetch.next(), IsEmpty());
}

TEST(Prefetch, BatchesComeInOrderAndTheLastMayBeSmaller) {
  Prefetch prefetch(number, 2, 2, 1);
  prefetch.start({5, 3, 9}, 2);
  EXPECT_THAT(prefetch.next(), ElementsAre(5, 105, 3, 103));
  EXPECT_THAT(prefetch.next(), ElementsAre(9, 109));
  EXPECT_THAT(prefetch.next(), IsEmpty());
  EXPECT_THAT(prefetch.next(), IsEmpty());
}

TEST(Prefetch, AnEmptyOrderIsOverAtOnce) {
  Prefetch prefetch(number, 2, 2, 1);
  prefetch.start({}, 2);
  EXPECT_THAT(prefetch.next(), IsEmpty());
}

TEST(Prefetch, ContentDoesNotDependOnThreadsAndDepth) {
  const auto all_bytes = [](int threads, int batches_ahead) {
    Prefetch prefetch(number, 2, threads, batches_ahead);
    prefetch.start(first_numbers(1000), 7);
    std::vector<std::uint8_t> bytes;
    for (auto batch = prefetch.next(); !batch.empty(); batch = prefetch.next()) {
      bytes.insert(bytes.end(), batch.begin(), batch.end());
    }
    return bytes;
  };
  const auto expected = all_bytes(1, 1);
  ASSERT_EQ(expected.size(), 2000U);
  EXPECT_EQ(expected[2 * 999], 999 % 256);
  EXPECT_EQ(all_bytes(4, 3), expected);
  EXPECT_EQ(all_bytes(16, 1), expected);
}

TEST(Prefetch, AnotherOrderReplacesTheOneBefore) {
  Prefetch prefetch(number, 2, 3, 2);
  for (int i = 0; i < 50; ++i) {
    prefetch.start(first_numbers(100), 10);
    ASSERT_EQ(prefetch.next()[18], 9);
    prefetch.start({42}, 3);
    ASSERT_THAT(prefetch.next(), ElementsAre(42, 142));
    ASSERT_THAT(prefetch.next(), IsEmpty());
  }
}

TEST(Prefetch, ABatchStaysAsItIsUntilTheNextIsAskedFor) {
  std::mutex mutex;
  std::condition_variable changed;
  int reads = 0;
  Prefetch prefetch(
      [&](std::int64_t item, std::span<std::uint8_t> bytes) {
        number(item, bytes);
        const std::lock_guard lock(mutex);
        ++reads;
        changed.notify_all();
      },
      2, 2, 2);
  prefetch.start(first_numbers(100), 1);
  const auto batch = prefetch.next();
  // The one handed out and the two ahead, and no more: memory is bounded.
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return reads == 3; });
  EXPECT_THAT(batch, ElementsAre(0, 100));
  EXPECT_EQ(reads, 3);
}

TEST(Prefetch, ThrowsWhatTheEarliestFailingItemOfTheBatchThrew) {
  // Of two threads one is held in item 0 until the other has failed with item 1 and taken item 2.
  std::mutex mutex;
  std::condition_variable changed;
  bool later_item_failed = false;
  Prefetch prefetch(
      [&](std::int64_t item, std::span<std::uint8_t>) {
        std::unique_lock lock(mutex);
        if (item == 2) {
          later_item_failed = true;
          changed.notify_all();
        } else {
          changed.wait(lock, [&] { return item == 1 || later_item_failed; });
          throw std::runtime_error("item " + std::to_string(item));
        }
      },
      2, 2, 1);
  prefetch.start({0, 1, 2}, 3);
  EXPECT_THAT([&] { (void)prefetch.next(); }, ThrowsMessage<std::runtime_error>("item 0"));
  EXPECT_THAT(prefetch.next(), IsEmpty());
}

TEST(Prefetch, GoesOnAfterAFailure) {
  Prefetch prefetch(
      [](std::int64_t item, std::span<std::uint8_t> bytes) {
        if (item == 0) {
          throw std::runtime_error("first");
        }
        number(item, bytes);
      },
      2, 2, 1);
  prefetch.start({0, 1}, 1);
  EXPECT_THROW((void)prefetch.next(), std::runtime_error);
  EXPECT_THAT(prefetch.next(), ElementsAre(1, 101));
  EXPECT_THAT(prefetch.next(), IsEmpty());
}

TEST(Prefetch, MayEndWhileItsThreadsRead) {
  for (int i = 0; i < 50; ++i) {
    std::atomic<int> reading = 0;
    {
      Prefetch prefetch(
          [&](std::int64_t item, std::span<std::uint8_t> bytes) {
            ++reading;
            number(item, bytes);
            --reading;
          },
          2, 4, 4);
      prefetch.start(first_numbers(1000), 10);
      if (i % 2 == 0) {
        (void)prefetch.next();
      }
    }
    ASSERT_EQ(reading, 0);
  }
}

TEST(Prefetch, ReadsNothingAfterItHasSettledUntilTheNextBatch) {
  std::atomic<int> reads = 0;
  Prefetch prefetch([&](std::int64_t, std::span<std::uint8_t>) { ++reads; }, 1, /*threads=*/2,
                    /*batches_ahead=*/2);
  prefetch.start({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 2);
  prefetch.settle();
  EXPECT_EQ(reads, 6) << "three batches of two fit";
  (void)prefetch.next();
  prefetch.settle();
  EXPECT_EQ(reads, 6) << "the first batch is still in use";
  (void)prefetch.next();
  prefetch.settle();
  EXPECT_EQ(reads, 8);
}

}  // namespace
}  // namespace ndbench
