#include "core/committed_states.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/durable_file.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;

constexpr char kTarget[] = "f0e1d2c3b4a59687";

const JudgedRun kRun{.run = "0123",
                     .started = "2026-11-21T22:50:01Z",
                     .suite = "my nightly/suite",
                     .suite_hash = "5eed",
                     .suite_file = "/s/nightly.toml",
                     .commit = "c0ffee",
                     .host = "h"};

BenchmarkHistory benchmark(const std::string& name, std::vector<std::string> states,
                           const std::string& mode = "fixed") {
  Night night{.run = kRun.run, .commit = kRun.commit};
  night.states = std::move(states);
  return {name, mode, kTarget, {night}};
}

class CommittedStatesTest : public testing::Test {
 protected:
  std::vector<StateHistory> held_against(const std::vector<BenchmarkHistory>& benchmarks,
                                         const JudgedRun& run = kRun) {
    unjudged_.clear();
    return committed_states_of(benchmarks, run, folder_.path() / "hashes", unjudged_);
  }

  TemporaryFolder folder_;
  std::vector<std::string> unjudged_;
};

TEST_F(CommittedStatesTest, AreThoseOfFixedBenchmarksThatRepeat) {
  const std::vector<BenchmarkHistory> benchmarks{
      benchmark("a", {"01", "01"}), benchmark("b", {"02"}), benchmark("c", {"03", "04"}),
      benchmark("d", {"05", "05"}, "noisy")};
  const auto files = write_committed_states(benchmarks, kRun, folder_.path() / "hashes");
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_EQ(files.front().filename(), "my_nightly_suite-f0e1d2c3b4a59687.json");
  const auto histories = held_against(benchmarks);
  ASSERT_THAT(histories, SizeIs(1));
  EXPECT_EQ(histories.front().name, "a");
  EXPECT_THAT(findings_in(histories.front()), IsEmpty());
  EXPECT_THAT(unjudged_, IsEmpty());
}

TEST_F(CommittedStatesTest, AreToldFromOthersEveryNight) {
  write_committed_states({benchmark("a", {"01", "01"})}, kRun, folder_.path() / "hashes");
  const auto histories = held_against({benchmark("a", {"02", "02"}), benchmark("b", {"3", "3"})});
  ASSERT_THAT(histories, SizeIs(1));
  const auto findings = findings_in(histories.front());
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings.front().kind, Finding::Kind::kDrift);
  EXPECT_EQ(findings.front().states, "01 → 02 (committed before)");
}

TEST_F(CommittedStatesTest, KeepWhatARunDidNotMeasure) {
  const auto folder = folder_.path() / "hashes";
  write_committed_states({benchmark("a", {"1", "1"}), benchmark("b", {"2", "2"})}, kRun, folder);
  write_committed_states({benchmark("b", {"3", "3"})}, kRun, folder);
  const auto histories = held_against({benchmark("a", {"4", "4"}), benchmark("b", {"3", "3"})});
  ASSERT_THAT(histories, SizeIs(2));
  EXPECT_EQ(histories[0].before, "1");
  EXPECT_EQ(histories[1].before, "3");
  JudgedRun other = kRun;
  other.suite_hash = "5eed2";  // of another text nothing stays
  write_committed_states({benchmark("c", {"5", "5"})}, other, folder);
  EXPECT_THAT(held_against({benchmark("a", {"4", "4"})}, other), IsEmpty());
  EXPECT_THAT(unjudged_,
              ElementsAre("no state hash is committed for a", testing::StartsWith("c: its state")));
}

TEST_F(CommittedStatesTest, SayWhereThereIsNothingToHoldAgainst) {
  EXPECT_THAT(held_against({benchmark("a", {"01", "01"})}), IsEmpty());
  EXPECT_THAT(unjudged_, ElementsAre(HasSubstr("no state hashes are committed for target f0e1")));
  write_committed_states({benchmark("a", {"01", "01"})}, kRun, folder_.path() / "hashes");
  JudgedRun other = kRun;
  other.suite_hash = "5eed2";
  EXPECT_THAT(held_against({benchmark("a", {"02", "02"})}, other), IsEmpty());
  EXPECT_THAT(unjudged_, ElementsAre(HasSubstr("are of another text of the suite")));
  EXPECT_THAT(held_against({benchmark("d", {"1", "1"}, "noisy")}), IsEmpty());
  EXPECT_THAT(unjudged_, IsEmpty());  // there is nothing to hold
}

TEST_F(CommittedStatesTest, RefuseAFileThatIsNotAsItWasWritten) {
  const auto files =
      write_committed_states({benchmark("a", {"01", "01"})}, kRun, folder_.path() / "hashes");
  for (const char* text : {"", "{", "[]", R"({"type": "state hashes"})",
                           R"({"type": "state hashes", "version": 1, "suite_hash": "5eed",
                               "target": "f0e1d2c3b4a59687", "states": {"a": 1}})",
                           R"({"type": "state hashes", "version": 2, "suite_hash": "5eed",
                               "target": "f0e1d2c3b4a59687", "states": {}})",
                           R"({"type": "state hashes", "version": 1, "suite_hash": "5eed",
                               "target": "0000000000000000", "states": {}})"}) {
    std::ofstream(files.front()) << text;
    EXPECT_THAT(
        [&] {
          (void)held_against({benchmark("a", {"01", "01"})});
        },
        ThrowsMessage<ResultsError>(HasSubstr("f0e1d2c3b4a59687.json")))
        << text;
  }
}

}  // namespace
}  // namespace ndbench
