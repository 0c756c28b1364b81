#include "core/journal_reader.h"

#include <gmock/gmock.h>

#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "core/journal_line.h"
#include "ndbench/error.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(JournalLineText, BeginsWithTheChecksumOfTheRest) {
  const std::string line = seal({{"b", 1}, {"a", "x"}});
  EXPECT_THAT(line, testing::MatchesRegex(R"(\{"checksum":"[0-9a-f]{16}","a":"x","b":1\})"
                                          "\n"));
  EXPECT_EQ(json::parse(line).at("b"), 1);
}

TEST(JournalLineText, IsOpenedAgain) {
  const std::string line = seal({{"a", "ü\n\""}});
  EXPECT_EQ(unseal(line.substr(0, line.size() - 1)).at("a"), "ü\n\"");
}

class JournalReader : public testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(file_, std::ios::binary) << text; }

  /// The values of "n" of the lines that count.
  std::vector<int> read() {
    std::vector<int> numbers;
    end_ = read_journal(file_, [&](JournalLine line) { numbers.push_back(line.value.at("n")); });
    return numbers;
  }

  std::string problem() {
    try {
      (void)read();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  static std::string line(int n) { return seal({{"n", n}}); }
  static std::string line(int n, int index, int count) {
    return seal({{"n", n}, {"batch", {index, count}}});
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "journal.jsonl";
  JournalEnd end_;
};

TEST_F(JournalReader, GivesEveryLineInOrder) {
  const std::string text = line(1) + line(2) + line(3);
  write(text);
  EXPECT_THAT(read(), ElementsAre(1, 2, 3));
  EXPECT_EQ(end_.bytes, text.size());
  EXPECT_EQ(end_.torn, "");
}

TEST_F(JournalReader, ReadsAnEmptyFileAsNothing) {
  write("");
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_EQ(end_.bytes, 0U);
}

TEST_F(JournalReader, NamesAFileThatIsNotThere) {
  EXPECT_THAT(problem(), HasSubstr("journal.jsonl': no such regular file"));
}

TEST_F(JournalReader, TellsEqualLinesByTheirHash) {
  write(line(1) + line(1) + line(2));
  std::vector<std::string> hashes;
  (void)read_journal(file_, [&](const JournalLine& one) { hashes.push_back(one.hash); });
  EXPECT_EQ(hashes.at(0), hashes.at(1));
  EXPECT_NE(hashes.at(0), hashes.at(2));
}

TEST_F(JournalReader, LeavesOutWhatWasCutShortAtAnyByte) {
  const std::string whole = line(1) + line(2);
  const std::size_t first = line(1).size();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write(whole.substr(0, size));
    const std::size_t count = size >= first ? 1 : 0;
    EXPECT_EQ(read().size(), count) << size;
    EXPECT_EQ(end_.bytes, count * first) << size;
    EXPECT_EQ(end_.torn.empty(), size == 0 || size == first) << size;
  }
}

TEST_F(JournalReader, LeavesOutABatchThatIsNotComplete) {
  const std::string batch = line(2, 1, 2) + line(3, 2, 2);
  for (std::size_t size = 0; size < batch.size(); ++size) {
    write(line(1) + batch.substr(0, size));
    EXPECT_THAT(read(), ElementsAre(1)) << size;
    EXPECT_EQ(end_.bytes, line(1).size()) << size;
  }
  write(line(1) + batch);
  EXPECT_THAT(read(), ElementsAre(1, 2, 3));
}

TEST_F(JournalReader, LeavesOutATailOfZeros) {
  write(line(1) + std::string(4096, '\0') + "\n" + std::string(10, '\0'));
  EXPECT_THAT(read(), ElementsAre(1));
  EXPECT_THAT(end_.torn, HasSubstr("does not begin with a checksum"));
}

TEST_F(JournalReader, RefusesDamageBeforeTheEnd) {
  std::string second = line(2);
  second[second.size() - 4] ^= 1;
  write(line(1) + second + line(3));
  EXPECT_THAT(problem(), HasSubstr("journal.jsonl:2: damaged: this line does not fit"));
}

TEST_F(JournalReader, RefusesABatchInDisorder) {
  write(line(1, 2, 2));
  EXPECT_THAT(problem(), HasSubstr(":1: damaged: this line is number 2 of 2"));
  write(line(1, 1, 2) + line(2) + line(3));
  EXPECT_THAT(problem(), HasSubstr(":2: damaged"));
}

TEST_F(JournalReader, RefusesANewerVersion) {
  write(seal({{"type", "run"}, {"version", kJournalVersion + 1}, {"n", 1}}));
  EXPECT_THAT(problem(), HasSubstr("use a newer ndbench"));
}

TEST_F(JournalReader, NoticesEveryFlippedBit) {
  const std::string whole = line(1) + line(2) + line(3);
  std::mt19937 random(7);
  for (int attempt = 0; attempt < 500; ++attempt) {
    std::string flipped = whole;
    const std::size_t at = random() % flipped.size();
    flipped[at] = static_cast<char>(flipped[at] ^ (1U << (random() % 8)));
    write(flipped);
    std::vector<int> numbers;
    try {
      numbers = read();
    } catch (const Error&) {
      continue;
    }
    // What is left is the beginning.
    const std::vector<int> all{1, 2, 3};
    ASSERT_LT(numbers.size(), 3U) << at;
    EXPECT_TRUE(std::equal(numbers.begin(), numbers.end(), all.begin())) << at;
  }
}

}  // namespace
}  // namespace ndbench
