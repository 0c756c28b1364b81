#include "core/progress.h"

#include <gtest/gtest.h>

#include <string>

namespace ndbench {
namespace {

class ProgressTest : public testing::Test {
 protected:
  ProgressTest() : stream_(std::tmpfile()) {}
  ~ProgressTest() override { std::fclose(stream_); }

  Progress make(bool terminal, int total) {
    return {stream_, terminal, total, [this] { return now_; }};
  }

  /// All that was written so far.
  [[nodiscard]] std::string text() const {
    std::string result;
    std::rewind(stream_);
    for (int c = std::fgetc(stream_); c != EOF; c = std::fgetc(stream_)) {
      result += static_cast<char>(c);
    }
    return result;
  }

  std::FILE* stream_;
  double now_ = 0.0;
};

TEST_F(ProgressTest, SaysNothingBeforeAnythingStarts) {
  Progress progress = make(false, 4);
  progress.clear();
  EXPECT_EQ(text(), "");
}

TEST_F(ProgressTest, PrintsPlainLinesWhereThereIsNoTerminal) {
  Progress progress = make(false, 4);
  progress.start("m/cpu/fixed/step replica 0");
  EXPECT_EQ(text(), "[1/4] m/cpu/fixed/step replica 0  0:00\n");
}

TEST_F(ProgressTest, TellsTheRestFromTheMeanOfWhatIsDone) {
  Progress progress = make(false, 4);
  progress.start("a");
  now_ = 30.0;
  progress.done();
  progress.start("b");  // three more of 30 s each
  now_ = 120.0;
  progress.done();
  progress.start("c");  // two more of 60 s each
  EXPECT_EQ(text(),
            "[1/4] a  0:00\n"
            "[2/4] b  0:30  ETA 1:30\n"
            "[3/4] c  2:00  ETA 2:00\n");
}

TEST_F(ProgressTest, SaysThatMoreMayComeThanIsKnown) {
  Progress progress = make(false, 2);
  progress.set_open();
  progress.start("a");
  now_ = 30.0;
  progress.done();
  progress.start("b");
  progress.done();
  progress.add(1);
  progress.start("c");
  EXPECT_EQ(text(),
            "[1/2+] a  0:00\n"
            "[2/2+] b  0:30  ETA at least 0:30\n"
            "[3/3+] c  0:30  ETA at least 0:15\n");
}

TEST_F(ProgressTest, HasNothingLeftWhenAllIsDone) {
  Progress progress = make(false, 1);
  progress.done();
  now_ = 5.0;
  progress.start("again");
  EXPECT_EQ(text(), "[1/1] again  0:05  ETA 0:00\n");
}

TEST_F(ProgressTest, ReplacesItsLineOnATerminal) {
  Progress progress = make(true, 2);
  progress.start("a");
  progress.start("b");
  EXPECT_EQ(text(), "\r\x1b[K[1/2] a  0:00\r\x1b[K[2/2] b  0:00");
}

TEST_F(ProgressTest, TakesItsLineOffATerminalAlone) {
  Progress terminal = make(true, 2);
  terminal.start("a");
  terminal.clear();
  EXPECT_EQ(text(), "\r\x1b[K[1/2] a  0:00\r\x1b[K");
}

TEST_F(ProgressTest, ClearsNothingInAFile) {
  Progress file = make(false, 2);
  file.start("a");
  file.clear();
  EXPECT_EQ(text(), "[1/2] a  0:00\n");
}

TEST(ClockText, ShowsMinutesAndSeconds) {
  EXPECT_EQ(clock_text(0.0), "0:00");
  EXPECT_EQ(clock_text(7.4), "0:07");
  EXPECT_EQ(clock_text(59.6), "1:00");
  EXPECT_EQ(clock_text(754.0), "12:34");
}

TEST(ClockText, ShowsHoursFromTheFirstOn) {
  EXPECT_EQ(clock_text(3599.4), "59:59");
  EXPECT_EQ(clock_text(3599.6), "1:00:00");
  EXPECT_EQ(clock_text(3723.0), "1:02:03");
  EXPECT_EQ(clock_text(360000.0), "100:00:00");
}

}  // namespace
}  // namespace ndbench
