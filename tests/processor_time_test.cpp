#include "core/processor_time.h"

#include <gtest/gtest.h>

#include <string>

namespace ndbench {
namespace {

constexpr char kStat[] =
    "cpu  1800 200 400 130000 450 10 15 28 600 100\n"
    "cpu0 900 100 200 65000 225 5 7 14 300 50\n"
    "cpu1 100 0 0 65000 225 0 8 4 0 0\n"
    "cpu12 800 100 200 0 0 5 0 10 300 50\n"
    "intr 1 2 3\nctxt 5\n";

TEST(ProcessorTime, IsAllThatRanAndWhatWasStolen) {
  const auto time = parse_processor_time(kStat, {0}, 100.0);
  ASSERT_TRUE(time);
  // user + nice + system + irq + softirq: a guest's time is in user already, and idle, iowait and
  // steal are not work.
  EXPECT_DOUBLE_EQ(time->busy, 12.12);
  EXPECT_DOUBLE_EQ(time->steal, 0.14);
}

TEST(ProcessorTime, IsSummedOverTheProcessorsAskedForAndNoOthers) {
  const auto time = parse_processor_time(kStat, {1, 12}, 100.0);
  ASSERT_TRUE(time);
  EXPECT_DOUBLE_EQ(time->busy, 1.08 + 11.05);
  EXPECT_DOUBLE_EQ(time->steal, 0.14);
}

TEST(ProcessorTime, IsReadFromAKernelWithoutGuests) {
  EXPECT_TRUE(parse_processor_time("cpu0 1 2 3 4 5 6 7 8", {0}, 100.0));
}

TEST(ProcessorTime, IsNotKnownWhereAProcessorIsMissing) {
  EXPECT_FALSE(parse_processor_time(kStat, {0, 2}, 100.0));
  EXPECT_FALSE(parse_processor_time(kStat, {}, 100.0));
}

TEST(ProcessorTime, IsNotReadFromAnythingElse) {
  for (const std::string text :
       {"", "cpu", "cpu ", "cpu0", "cpu0 ", "cpu  1 2 3 4 5 6 7 8\n", "cpu0 1 2 3 4 5 6 7\n9 9 9",
        "cpu0 1 2 x 4 5 6 7 8", "cpu0 -1 2 3 4 5 6 7 8", "cpu01 2 3 4 5 6 7 8",
        "cpu0 99999999999999999999 2 3 4 5 6 7 8", "\xff\xfe\x01"}) {
    EXPECT_FALSE(parse_processor_time(text, {0}, 100.0)) << text;
  }
}

}  // namespace
}  // namespace ndbench
