#include "core/fragment_copy.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "core/fragment_index.h"
#include "journal_fixture.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FragmentCopy : public testing::Test {
 protected:
  FragmentCopy() { fs::create_directories(results_); }

  fs::path source(const std::string& name, int run, bool is_ended = false) {
    std::vector<nlohmann::json> lines{run_line(run), step_record("fixed", 0, {0.5})};
    if (is_ended) lines.push_back(end_line(true));
    const fs::path folder = write_fragment(folder_.path() / "elsewhere" / name, lines);
    fs::create_directories(folder / "arrays");
    write_bytes(folder / "arrays" / "a.npy.gz", "numbers");
    return folder;
  }

  CopiedFragment copy(const fs::path& from, const std::string& present = "") {
    return copy_fragment(fragment_at(from), results_, present);
  }

  std::string problem(const fs::path& from) {
    try {
      copy(from);
    } catch (const FragmentDamage& error) {
      return error.what();
    }
    return "";
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(results_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder_;
  fs::path results_ = folder_.path() / "results";
};

TEST_F(FragmentCopy, TakesTheWholeFolder) {
  const fs::path from = source("a", 1);
  EXPECT_TRUE(copy(from).is_copied);
  EXPECT_EQ(read_bytes(results_ / "a/journal.jsonl"), read_bytes(from / "journal.jsonl"));
  EXPECT_EQ(read_bytes(results_ / "a/arrays/a.npy.gz"), "numbers");
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(FragmentCopy, LeavesOutWhatARunHasOnlyMeanwhile) {
  const fs::path from = source("a", 1);
  fs::create_directories(from / "scratch");
  write_bytes(from / "summary.md.77.partial", "half");
  copy(from);
  EXPECT_FALSE(fs::exists(results_ / "a/scratch"));
  EXPECT_FALSE(fs::exists(results_ / "a/summary.md.77.partial"));
}

TEST_F(FragmentCopy, GivesARunAnotherNameIfItsOwnIsTaken) {
  source("a", 1);
  copy(folder_.path() / "elsewhere/a");
  source("a", 2);
  EXPECT_EQ(copy(folder_.path() / "elsewhere/a").fragment.name(), "a-2");
  EXPECT_EQ(run_of(fragment_at(results_ / "a")), run_id(1));
  EXPECT_EQ(run_of(fragment_at(results_ / "a-2")), run_id(2));
}

TEST_F(FragmentCopy, ReplacesAShorterCopyOfTheRun) {
  copy(source("a", 1));
  EXPECT_FALSE(copy(source("a", 1), "a").is_copied);
  const CopiedFragment longer = copy(source("b", 1, true), "a");
  EXPECT_TRUE(longer.is_copied);
  EXPECT_EQ(longer.fragment.name(), "a");
  EXPECT_EQ(read_bytes(results_ / "a/journal.jsonl"),
            read_bytes(folder_.path() / "elsewhere/b/journal.jsonl"));
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(FragmentCopy, FindsTheRunUnderItsNameThoughTheDatabaseDoesNotKnowIt) {
  copy(source("a", 1));
  EXPECT_FALSE(copy(source("a", 1)).is_copied);
  EXPECT_TRUE(copy(source("a", 1, true)).is_copied);
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(FragmentCopy, LeavesADamagedRunAsItIsAndTakesTheWholeOneBesideIt) {
  const fs::path from = source("a", 1);
  copy(from);
  std::string text = read_bytes(from / "journal.jsonl");
  text[text.find("seconds")] ^= 1;
  write_bytes(results_ / "a/journal.jsonl", text + text);
  EXPECT_EQ(copy(from).fragment.name(), "a-2");
  EXPECT_EQ(read_bytes(results_ / "a/journal.jsonl"), text + text);
}

TEST_F(FragmentCopy, LeavesWhereItIsWhatLiesThereAlready) {
  const fs::path folder = write_fragment(results_ / "a", {run_line(1)});
  EXPECT_FALSE(copy(folder).is_copied);
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(FragmentCopy, FollowsNoLinksAndOpensNoDevices) {
  const fs::path secret = folder_.path() / "secret";
  write_bytes(secret, "secret");
  const fs::path linked = source("linked", 1);
  fs::create_symlink(secret, linked / "arrays/b.npy.gz");
  EXPECT_THAT(problem(linked), HasSubstr("b.npy.gz' is a symbolic link"));
  const fs::path led = source("led", 2);
  fs::create_directory_symlink(folder_.path(), led / "traces");
  EXPECT_THAT(problem(led), HasSubstr("traces' is a symbolic link"));
  const fs::path piped = source("piped", 3);
  ASSERT_EQ(mkfifo((piped / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(problem(piped), HasSubstr("pipe' is neither a folder nor a plain file"));
  fs::create_directory_symlink(source("a", 4), folder_.path() / "elsewhere/link");
  EXPECT_FALSE(is_fragment(folder_.path() / "elsewhere/link"));
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(FragmentCopy, RefusesStrangeNamesAndDepths) {
  for (const char* name : {"-rf", ".hidden", "a b", "a\x1b[2J", "=1"}) {
    const fs::path from = source("named", 1);
    write_bytes(from / name, "");
    EXPECT_THAT(problem(from), HasSubstr("has a name of other characters")) << name;
    fs::remove(from / name);
  }
  EXPECT_THAT(problem(source("of run", 1)), HasSubstr("has a name of other characters"));
  const fs::path deep = source("deep", 1);
  fs::create_directories(deep / "1/2/3/4/5/6/7/8/9/10");
  EXPECT_THAT(problem(deep), HasSubstr("folders deep"));
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(FragmentCopy, RefusesADamagedJournal) {
  const fs::path from = source("a", 1);
  std::string text = read_bytes(from / "journal.jsonl");
  text[40] ^= 1;
  write_bytes(from / "journal.jsonl", text);
  EXPECT_THAT(problem(from), HasSubstr("elsewhere/a/journal.jsonl:1: damaged"));
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(FragmentCopy, LeavesNothingThatLooksWholeWhenKilled) {
  const fs::path from = source("a", 1);
  for (int number = 0; number < 200; ++number) {
    write_bytes(from / "arrays" / fmt::format("{}.npy.gz", number), "numbers");
  }
  for (int delay = 0; delay < 20; ++delay) {
    const pid_t child = fork();
    if (child == 0) {
      (void)copy_fragment(fragment_at(from), results_, "");
      _exit(0);
    }
    usleep(static_cast<useconds_t>(500 * delay));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (const Fragment& fragment : fragments_in(results_)) {
      EXPECT_TRUE(fs::exists(fragment.folder / "arrays/199.npy.gz"));
    }
  }
  remove_abandoned_copies(results_);
  for (const std::string& name : names()) EXPECT_FALSE(name.ends_with(".partial")) << name;
}

TEST_F(FragmentCopy, LeavesTheCopiesThatOthersAreMaking) {
  fs::create_directories(results_ / "a.1.partial");
  fs::create_directories(results_ / "b.2.partial");
  const int busy = open((results_ / "a.1.partial").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(busy, LOCK_EX), 0);
  remove_abandoned_copies(results_);
  EXPECT_THAT(names(), testing::ElementsAre("a.1.partial"));
  close(busy);
}

}  // namespace
}  // namespace ndbench
