#include "core/failure_log.h"

#include <gmock/gmock.h>

#include <string>

namespace ndbench {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class FailureLogTest : public testing::Test {
 protected:
  FailureLogTest() : stream_(std::tmpfile()), log_(stream_) {}
  ~FailureLogTest() override { std::fclose(stream_); }

  static Record record_of(const std::string& mode, int replica, Outcome outcome) {
    Record record;
    record.cell.model.name = "m";
    record.cell.backend.name = "cpu";
    record.cell.mode.name = mode;
    record.replica = replica;
    record.outcome = std::move(outcome);
    return record;
  }

  void add(const std::string& mode, int replica, Outcome outcome) {
    log_.add(record_of(mode, replica, std::move(outcome)));
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
  FailureLog log_;
};

TEST_F(FailureLogTest, PassesOverWhatDidNotFail) {
  add("fixed", 0, {});
  add("noisy", 0, skipped("no device"));
  EXPECT_EQ(text(), "");
}

TEST_F(FailureLogTest, TellsCellPhaseAndReason) {
  add("fixed", 2, failed(ExitCode::kBenchmarkFailed, "no data;\nfetch it", "prepare"));
  EXPECT_EQ(text(),
            "FAILED m/cpu/fixed/step replica 2 in phase prepare:\n"
            "  no data;\n"
            "  fetch it\n");
}

TEST_F(FailureLogTest, LeavesAnUnknownPhaseOut) {
  add("fixed", 0, failed(ExitCode::kDeterminismBreach, "determinism breached"));
  EXPECT_EQ(text(), "FAILED m/cpu/fixed/step replica 0:\n  determinism breached\n");
}

TEST_F(FailureLogTest, ShowsWhatTheWorkerPrinted) {
  Outcome outcome = failed(ExitCode::kBenchmarkFailed, "killed", "train");
  outcome.output = "first\n\nlast";
  add("fixed", 0, outcome);
  EXPECT_EQ(text(),
            "FAILED m/cpu/fixed/step replica 0 in phase train:\n"
            "  killed\n"
            "  the worker printed:\n"
            "  | first\n"
            "  | \n"
            "  | last\n");
}

TEST_F(FailureLogTest, ShowsTheEndOfALongOutput) {
  Outcome outcome = failed(ExitCode::kBenchmarkFailed, "killed");
  outcome.output = "not shown\n" + std::string(4091, '\n') + "last\n";
  add("fixed", 0, outcome);
  EXPECT_THAT(text(), HasSubstr("  the worker printed, at the end:\n  | \n"));
  EXPECT_THAT(text(), EndsWith("  | \n  | last\n"));
  EXPECT_THAT(text(), Not(HasSubstr("not shown")));
}

TEST_F(FailureLogTest, NamesTheCellAloneWhenItFailsLikeAnother) {
  const Outcome outcome = failed(ExitCode::kBenchmarkFailed, "no data", "prepare");
  add("fixed", 0, outcome);
  add("noisy", 0, outcome);
  add("noisy", 1, outcome);
  EXPECT_EQ(text(),
            "FAILED m/cpu/fixed/step replica 0 in phase prepare:\n"
            "  no data\n"
            "FAILED m/cpu/noisy/step replica 0 in phase prepare: as m/cpu/fixed/step\n"
            "FAILED m/cpu/noisy/step replica 1 in phase prepare: as m/cpu/fixed/step\n");
}

TEST_F(FailureLogTest, TellsOfAnotherOutputWithTheSameReason) {
  Outcome outcome = failed(ExitCode::kBenchmarkFailed, "killed");
  outcome.output = "one\n";
  add("fixed", 0, outcome);
  outcome.output = "other\n";
  add("noisy", 0, outcome);
  EXPECT_THAT(text(), HasSubstr("  | one\n"));
  EXPECT_THAT(text(), HasSubstr("  | other\n"));
}

TEST_F(FailureLogTest, ShowsNothingThatMovesTheCursorOrReordersText) {
  Outcome outcome = failed(ExitCode::kBenchmarkFailed, "\x1b[2Jreason\u202e", "\x1b[1m");
  outcome.output = "\x1b]0;title\x07\r\xFF\n";
  add("fixed", 0, outcome);
  EXPECT_EQ(text(),
            "FAILED m/cpu/fixed/step replica 0 in phase \\x1b[1m:\n"
            "  \\x1b[2Jreason\\u202e\n"
            "  the worker printed:\n"
            "  | \\x1b]0;title\\x07\\x0d\\xff\n");
}

TEST_F(FailureLogTest, CutsEndlessLines) {
  add("fixed", 0, failed(ExitCode::kBenchmarkFailed, std::string(1'000'000, 'x')));
  EXPECT_EQ(text(), "FAILED m/cpu/fixed/step replica 0:\n  " + std::string(2000, 'x') + "…\n");
}

TEST_F(FailureLogTest, TellsOfAnAttemptThatIsFollowedByAnother) {
  Record record = record_of("fixed", 0, failed(ExitCode::kBenchmarkFailed, "killed", "train"));
  log_.add_attempt(record);
  record.attempts.push_back(record.outcome);
  log_.add_attempt(record);
  EXPECT_EQ(text(),
            "RETRYING m/cpu/fixed/step replica 0 after attempt 1 in phase train:\n  killed\n"
            "RETRYING m/cpu/fixed/step replica 0 after attempt 2 in phase train: as "
            "m/cpu/fixed/step\n");
}

TEST_F(FailureLogTest, TellsOfProcessesThatAPassedReplicaLeft) {
  Record record = record_of("fixed", 0, {});
  record.left_processes = {{"sleep", 2}};
  log_.add(record);
  EXPECT_EQ(text(),
            "ndbench_suite: m/cpu/fixed/step replica 0 left 2 processes behind (sleep, 2 of them), "
            "killed\n");
}

}  // namespace
}  // namespace ndbench
