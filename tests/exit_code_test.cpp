#include "core/exit_code.h"

#include <gtest/gtest.h>

#include <set>

namespace ndbench {
namespace {

TEST(ExitCodes, AreOkWhenNothingWentWrong) {
  ExitCodes codes;
  EXPECT_EQ(codes.worst(), ExitCode::kOk);
  EXPECT_EQ(codes.text(), "");
  codes.add(ExitCode::kOk);
  EXPECT_EQ(codes.worst(), ExitCode::kOk);
  EXPECT_EQ(codes.text(), "");
}

TEST(ExitCodes, NameTheOneThatOccurred) {
  ExitCodes codes;
  codes.add(ExitCode::kBenchmarkFailed);
  codes.add(ExitCode::kOk);
  EXPECT_EQ(codes.worst(), ExitCode::kBenchmarkFailed);
  EXPECT_EQ(codes.text(), "exit 12: a benchmark failed, crashed or timed out");
}

TEST(ExitCodes, ListAllWithTheWorstFirst) {
  ExitCodes codes;
  codes.add(ExitCode::kDeterminismBreach);
  codes.add(ExitCode::kTerminated);
  codes.add(ExitCode::kResultsNotWritten);
  codes.add(ExitCode::kDeterminismBreach);
  EXPECT_EQ(codes.worst(), ExitCode::kTerminated);
  EXPECT_EQ(codes.text(),
            "exit 143: terminated (SIGTERM); also 13: results could not be written; "
            "also 11: determinism breach");
}

TEST(ExitCode, HasTheNumbersThatScriptsRelyOn) {
  EXPECT_EQ(static_cast<int>(ExitCode::kOk), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::kUsage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kBadSuite), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::kNothingSelected), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::kDeterminismBreach), 11);
  EXPECT_EQ(static_cast<int>(ExitCode::kBenchmarkFailed), 12);
  EXPECT_EQ(static_cast<int>(ExitCode::kResultsNotWritten), 13);
  EXPECT_EQ(static_cast<int>(ExitCode::kHostUnfit), 14);
  EXPECT_EQ(static_cast<int>(ExitCode::kPluginRejected), 15);
  EXPECT_EQ(static_cast<int>(ExitCode::kInterrupted), 130);
  EXPECT_EQ(static_cast<int>(ExitCode::kTerminated), 143);
}

TEST(ExitCode, HasADescriptionOfItsOwn) {
  std::set<std::string> descriptions;
  for (const ExitCode code :
       {ExitCode::kOk, ExitCode::kUsage, ExitCode::kBadSuite, ExitCode::kNothingSelected,
        ExitCode::kDeterminismBreach, ExitCode::kBenchmarkFailed, ExitCode::kResultsNotWritten,
        ExitCode::kHostUnfit, ExitCode::kPluginRejected, ExitCode::kInterrupted,
        ExitCode::kTerminated}) {
    EXPECT_NE(describe(code), "unknown exit code") << static_cast<int>(code);
    EXPECT_TRUE(descriptions.insert(describe(code)).second) << describe(code);
  }
}

}  // namespace
}  // namespace ndbench
