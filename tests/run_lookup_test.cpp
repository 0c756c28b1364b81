#include "core/run_lookup.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/durable_file.h"
#include "core/usage_error.h"
#include "journal_fixture.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Runs whose journals are whole and whose suites are missing: what is found cannot be read.
class RunLookup : public testing::Test {
 protected:
  void add_run(const std::string& id, const std::string& commit, bool is_complete = true) {
    nlohmann::json header = run_line(1);
    header["run"] = id;
    header["started"] = fmt::format("2026-11-{:02}T02:00:00Z", ++runs_);
    header["provenance"]["commit"] = commit;
    write_fragment(folder_.path() / fmt::format("run{}", runs_),
                   {header, step_record("fixed", 0, {1.0}), end_line(is_complete)});
  }

  std::string complaint(const std::string& name) { return complaint(name, folder_.path()); }

  static std::string complaint(const std::string& name, const std::filesystem::path& results) {
    try {
      (void)find_compared_run(results, name);
    } catch (const UsageError& error) {
      return std::string("usage: ") + error.what();
    } catch (const ResultsError& error) {
      return std::string("results: ") + error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
  int runs_ = 0;
};

TEST_F(RunLookup, FindsIdsFoldersCommitsAndTargets) {
  add_run("aaaa1111", "c0ffee00");
  add_run("bbbb2222", "c0ffee00");
  add_run("cccc3333", "c0ffee00", false);
  add_run("dddd4444", "deadbeef");
  EXPECT_THAT(complaint("aa"), AllOf(HasSubstr("results: "), HasSubstr("run1")));
  EXPECT_THAT(complaint("run2"), AllOf(HasSubstr("results: "), HasSubstr("run2")));
  EXPECT_THAT(complaint((folder_.path() / "run4").string()), HasSubstr("run4"));
  // The newest that came to its end.
  EXPECT_THAT(complaint("c0ffee"), AllOf(HasSubstr("results: "), HasSubstr("run2")));
  EXPECT_THAT(complaint("target:f0e1"), AllOf(HasSubstr("results: "), HasSubstr("run4")));
}

TEST_F(RunLookup, SaysWhatFitsToNothing) {
  add_run("aaaa1111", "c0ffee00");
  EXPECT_THAT(complaint(""), HasSubstr("usage: "));
  EXPECT_THAT(complaint("nothing"), HasSubstr("usage: 'nothing' is no file, and no run in"));
  EXPECT_THAT(complaint("c0f"), HasSubstr("usage: 'c0f' is no file"));
  EXPECT_THAT(complaint("target:f0"), HasSubstr("usage: 'target:f0'"));
  EXPECT_THAT(complaint("target:f0e2"), HasSubstr("usage: no complete run"));
  EXPECT_THAT(complaint("./nothing"), HasSubstr("usage: './nothing' is no run's folder"));
  EXPECT_THAT(complaint("x\x1b[2J"), HasSubstr("'x\\x1b[2J'"));
}

TEST_F(RunLookup, FindsNothingWhereThereIsNoFolderOfResults) {
  const std::filesystem::path absent = folder_.path() / "absent";
  EXPECT_THAT(complaint("nofile.json", absent),
              AllOf(HasSubstr("usage: 'nofile.json' is no file"), HasSubstr("absent")));
  EXPECT_THAT(complaint("target:f0e1", absent), HasSubstr("usage: no complete run in"));
}

TEST_F(RunLookup, CannotReadWhatIsNoFolder) {
  std::ofstream(folder_.path() / "file") << "text";
  EXPECT_THAT(complaint("aaaa", folder_.path() / "file"),
              HasSubstr("results: cannot read the folder"));
}

TEST_F(RunLookup, SaysWhatFitsToSeveral) {
  add_run("abcd1111", "c0ffee00");
  add_run("abcd2222", "c0ffee11");
  add_run("c0ffee11", "eeee0000");
  EXPECT_THAT(complaint("abcd"), HasSubstr("usage: the ids of 2 runs"));
  EXPECT_THAT(complaint("c0ff"),
              HasSubstr("usage: 'c0ff' begins 'c0ffee00', 'c0ffee11'; give more digits"));
  EXPECT_THAT(complaint("c0ffee11"), HasSubstr("both the id of a run and a commit"));
}

TEST_F(RunLookup, TakesAWholeCommitForItself) {
  add_run("abcd1111", "c0ffee00");
  add_run("abcd2222", "c0ffee00-dirty");
  EXPECT_THAT(complaint("c0ffee00"), AllOf(HasSubstr("results: "), HasSubstr("run1")));
}

TEST_F(RunLookup, NeedsARunThatCameToItsEnd) {
  add_run("abcd1111", "c0ffee00", false);
  EXPECT_THAT(complaint("c0ffee"), HasSubstr("usage: no run of commit 'c0ffee00' came to its end"));
}

}  // namespace
}  // namespace ndbench
