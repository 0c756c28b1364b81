#include "core/journal.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "temporary_folder.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The lines, each without the checksum that it begins with.
std::string lines_of(const fs::path& file) {
  std::string text = read_bytes(file);
  for (std::size_t start = 0; start < text.size(); start = text.find('\n', start) + 1) {
    text.erase(start + 1, std::string_view(R"("checksum":"0123456789abcdef",)").size());
  }
  return text;
}

std::string journal_of(const Journal& journal) {
  return lines_of(journal.folder() / "journal.jsonl");
}

/// The names in a folder, sorted.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// What ResultsError says when `call` throws it.
template <typename Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const ResultsError& error) {
    return error.what();
  }
  return "written";
}

TEST(Journal, BeginsEmptyInAFolderNamedByTimeAndProcess) {
  const TemporaryFolder results;
  const Journal journal(results.path());
  EXPECT_EQ(journal.folder().parent_path(), results.path());
  EXPECT_THAT(
      journal.folder().filename().string(),
      AllOf(MatchesRegex("[0-9]{8}T[0-9]{6}Z-[0-9]+"), EndsWith("-" + std::to_string(::getpid()))));
  EXPECT_EQ(journal_of(journal), "");
}

TEST(Journal, MakesTheFoldersAboveItsOwn) {
  const TemporaryFolder folder;
  const Journal journal(folder.path() / "a" / "b");
  EXPECT_TRUE(fs::is_regular_file(journal.folder() / "journal.jsonl"));
}

TEST(Journal, AppendsOneLineEach) {
  const TemporaryFolder results;
  Journal journal(results.path());
  journal.append({{"text", "two\nlines\r\n\u2028"}, {"list", {1, 2.5, nullptr}}});
  EXPECT_EQ(journal_of(journal), "{\"list\":[1,2.5,null],\"text\":\"two\\nlines\\r\\n\\u2028\"}\n");
  journal.append({{"second", true}});
  EXPECT_THAT(journal_of(journal), EndsWith("}\n{\"second\":true}\n"));
}

TEST(Journal, WritesStrictJsonForWhatJsonCannotSay) {
  const TemporaryFolder results;
  Journal journal(results.path());
  journal.append({{"losses", {kNan, kInfinity, -kInfinity, 1.5}}, {"bytes", "a\xFF\x00z"}});
  EXPECT_EQ(journal_of(journal), "{\"bytes\":\"a\\ufffd\",\"losses\":[null,null,null,1.5]}\n");
  journal.append({{"control", std::string("\x1b[31m\0", 6)}, {"b\xC3", "key"}});
  const std::string text = journal_of(journal);
  const json line = json::parse(text.substr(text.find('\n') + 1));
  EXPECT_EQ(line.at("control"), std::string("\x1b[31m\0", 6));
  EXPECT_EQ(line.at("b\uFFFD"), "key");
}

TEST(Journal, IsOnDiskOnceAppended) {
  const TemporaryFolder results;
  const pid_t child = ::fork();
  if (child == 0) {
    Journal journal(results.path());
    journal.append({{"kept", 1}});
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(names_in(results.path()).size(), 1U);
  EXPECT_EQ(lines_of(results.path() / names_in(results.path())[0] / "journal.jsonl"),
            "{\"kept\":1}\n");
}

TEST(Journal, GivesRunsOfTheSameSecondAFolderEach) {
  // More than one second cannot pass between all neighbours of so many.
  const TemporaryFolder results;
  std::vector<fs::path> folders;
  for (int run = 0; run < 50; ++run) {
    Journal journal(results.path());
    journal.append({{"run", run}});
    folders.push_back(journal.folder());
  }
  ASSERT_EQ(names_in(results.path()).size(), 50U);
  for (std::size_t run = 0; run < folders.size(); ++run) {
    EXPECT_EQ(lines_of(folders[run] / "journal.jsonl"), "{\"run\":" + std::to_string(run) + "}\n");
  }
}

TEST(Journal, EndsWhereItEndedBeforeWhenALineDoesNotFit) {
  const TemporaryFolder results;
  Journal journal(results.path());
  journal.append({{"fits", 1}});
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 50;
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = message_of([&] {
    journal.append({{"does not fit", "into what is left"}});
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, AllOf(HasSubstr("cannot write to"), HasSubstr("journal.jsonl"),
                             HasSubstr("File too large")));
  EXPECT_EQ(journal_of(journal), "{\"fits\":1}\n");
  journal.append({{"goes", "on"}});
  EXPECT_EQ(journal_of(journal), "{\"fits\":1}\n{\"goes\":\"on\"}\n");
}

TEST(Journal, MarksLinesThatCountTogether) {
  const TemporaryFolder results;
  Journal journal(results.path());
  journal.append_together(std::vector<json>{{{"a", 1}}, {{"a", 2}}});
  EXPECT_EQ(journal_of(journal), "{\"a\":1,\"batch\":[1,2]}\n{\"a\":2,\"batch\":[2,2]}\n");
}

TEST(Journal, IsWrittenByOneProcessAtATime) {
  const TemporaryFolder results;
  Journal journal(results.path());
  journal.append({{"a", 1}});
  EXPECT_THAT(message_of([&] { const Journal other(journal.folder(), 0); }),
              HasSubstr("journal.jsonl' is being written by another process"));
}

TEST(Journal, GoesOnAfterTheLastLineThatCountsAndSetsTheRestAside) {
  const TemporaryFolder results;
  fs::path folder;
  {
    Journal journal(results.path());
    journal.append({{"a", 1}});
    folder = journal.folder();
  }
  const std::string whole = read_bytes(folder / "journal.jsonl");
  write_bytes(folder / "journal.jsonl", whole + "{\"che");
  Journal(folder, whole.size()).append({{"a", 2}});
  EXPECT_EQ(lines_of(folder / "journal.jsonl"), "{\"a\":1}\n{\"a\":2}\n");
  EXPECT_EQ(read_bytes(folder / "journal.jsonl.torn-1"), "{\"che");
}

TEST(Journal, NamesTheFolderThatItCannotMake) {
  const TemporaryFolder folder;
  write_bytes(folder.path() / "file", "");
  EXPECT_THAT(message_of([&] { const Journal journal(folder.path() / "file"); }),
              AllOf(HasSubstr((folder.path() / "file").string()), HasSubstr("--results")));
  EXPECT_THAT(message_of([&] { const Journal journal(folder.path() / "file" / "below"); }),
              AllOf(HasSubstr("cannot create"), HasSubstr("Not a directory")));
  EXPECT_THAT(message_of([] { const Journal journal("/proc/ndbench"); }),
              HasSubstr("cannot create '/proc/ndbench'"));
}

TEST(WriteFile, MakesAndReplacesAFileAndLeavesNothingElse) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "out.json";
  write_file(file, "first, which is longer");
  EXPECT_EQ(read_bytes(file), "first, which is longer");
  write_file(file, "second");
  EXPECT_EQ(read_bytes(file), "second");
  write_file(file, "");
  EXPECT_EQ(read_bytes(file), "");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"out.json"});
}

TEST(WriteFile, LeavesAnOpenedOldFileWhole) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "out.json";
  write_file(file, "old");
  std::ifstream reader(file);
  write_file(file, "new and longer");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "old");
}

// Devices are reached through links: a write_file() that replaces what it should not then replaces
// the link alone, not the machine's device.
TEST(WriteFile, ReportsAFullDisk) {
  const TemporaryFolder folder;
  const fs::path full = folder.path() / "full";
  fs::create_symlink("/dev/full", full);
  EXPECT_THAT(message_of([&] { write_file(full, "text"); }),
              AllOf(HasSubstr(full.string()), HasSubstr("No space left on device")));
  EXPECT_TRUE(fs::is_symlink(full));
  EXPECT_EQ(names_in(folder.path()).size(), 1U);
}

TEST(WriteFile, WritesToADeviceWithoutReplacingIt) {
  const TemporaryFolder folder;
  const fs::path null = folder.path() / "null";
  fs::create_symlink("/dev/null", null);
  write_file(null, "text");
  EXPECT_TRUE(fs::is_symlink(null));
}

TEST(WriteFile, ReportsAFolderThatIsNotThere) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { write_file(folder.path() / "none" / "out.json", "text"); }),
              AllOf(HasSubstr("cannot create"), HasSubstr("No such file or directory")));
}

TEST(WriteFile, ReportsAFolderInPlaceOfAFile) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "out");
  EXPECT_THAT(message_of([&] { write_file(folder.path() / "out", "text"); }),
              HasSubstr("Is a directory"));
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"out"});
}

TEST(CheckWritable, IsContentWithWhatCanBeWrittenAndLeavesItAlone) {
  const TemporaryFolder folder;
  check_writable(folder.path() / "new");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{});
  write_bytes(folder.path() / "old", "content");
  check_writable(folder.path() / "old");
  EXPECT_EQ(read_bytes(folder.path() / "old"), "content");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"old"});
  check_writable("/dev/null");
}

TEST(CheckWritable, ReportsWhatCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { check_writable(folder.path() / "none" / "out"); }),
              AllOf(HasSubstr("cannot create"), HasSubstr("No such file or directory")));
  fs::create_directory(folder.path() / "out");
  EXPECT_THAT(message_of([&] { check_writable(folder.path() / "out"); }),
              HasSubstr("Is a directory"));
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"out"});
}

}  // namespace
}  // namespace ndbench
