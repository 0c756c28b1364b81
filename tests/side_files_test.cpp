#include "core/side_files.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/content_hash.h"
#include "core/gzip.h"
#include "core/npy_file.h"
#include "evaluated_records.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kLimit = 1 << 20;

class SideFiles : public testing::Test {
 protected:
  static Record with_logits(std::vector<float> logits) {
    return evaluated(3, {.metric = "accuracy", .examples = 2, .logits = std::move(logits)});
  }

  [[nodiscard]] std::filesystem::path file(const json& named) const {
    return journal_.folder() / named.at("file").get<std::string>();
  }

  [[nodiscard]] std::string content(const json& named) const {
    return gunzip(read_bytes(file(named)), kLimit);
  }

  /// What load_side_files() says of them.
  [[nodiscard]] std::string problem(const json& files, Record record) const {
    try {
      load_side_files(journal_.folder(), files, record);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder results_;
  Journal journal_{results_.path()};
};

TEST_F(SideFiles, AreArraysBesideTheJournal) {
  const json files = store_side_files(journal_, with_logits({1.0F, 2.0F, 3.0F, 4.0F}));
  const json& logits = files.at("logits");
  EXPECT_EQ(logits.at("file"), "arrays/m.cpu.noisy.epoch.3.logits.npy.gz");
  EXPECT_EQ(logits.at("shape"), (json{2, 2}));
  EXPECT_EQ(content(logits), npy_bytes(std::vector<float>{1.0F, 2.0F, 3.0F, 4.0F}, 2));
  EXPECT_EQ(logits.at("hash"), content_hash(content(logits)));
}

TEST_F(SideFiles, OfTwoCellsWithOneFileNameAreBothKept) {
  Record first = with_logits({1.0F, 2.0F});
  first.cell.model.name = "a";
  first.cell.backend.name = "b.c";
  Record second = with_logits({3.0F, 4.0F});
  second.cell.model.name = "a.b";
  second.cell.backend.name = "c";
  EXPECT_EQ(store_side_files(journal_, first).at("logits").at("file"),
            "arrays/a.b.c.noisy.epoch.3.logits.npy.gz");
  const json stored = store_side_files(journal_, second).at("logits");
  EXPECT_EQ(stored.at("file"), "arrays/a.b.c.noisy.epoch.3-2.logits.npy.gz");
  EXPECT_EQ(content_hash(content(stored)), stored.at("hash"));
}

TEST_F(SideFiles, AreNoneForARecordWithoutBulk) {
  EXPECT_EQ(store_side_files(journal_, with_logits({})), json::object());
  Record step = with_logits({1.0F, 2.0F});
  step.epochs.clear();
  EXPECT_EQ(store_side_files(journal_, step), json::object());
  EXPECT_FALSE(std::filesystem::exists(journal_.folder() / "arrays"));
}

TEST_F(SideFiles, ThatCannotBeWrittenAreAnError) {
  write_bytes(journal_.folder() / "arrays", "in the way");
  EXPECT_THROW((void)store_side_files(journal_, with_logits({1.0F, 2.0F})), ResultsError);
}

/// Two epochs with all that goes into side files.
Record bulky() {
  Record record = evaluated(3, {.metric = "accuracy", .examples = 2, .predictions = {1, 0}});
  record.epochs.push_back(record.epochs.front());
  Evaluation& last = record.epochs.back().evaluation;
  last.predictions = {1, 1};
  last.targets = {0, 1};
  last.logits = {0.5F, -0.25F, 1e-30F, 3.0F};
  record.trace = {{.step = 0, .state_hash = "a"},
                  {.step = 1,
                   .state_hash = "b",
                   .input_hash = "c",
                   .differences = {{"weights", {.elements = 4, .differing = 1, .v_c = 0.25}}}},
                  {.step = 2, .state_hash = "d", .not_compared = "no room"}};
  record.state.tensor_hashes = {{"w", "1"}, {"b", "2"}};
  return record;
}

TEST_F(SideFiles, GiveBackWhatWasPutIn) {
  const Record stored = bulky();
  const json files = store_side_files(journal_, stored);
  Record loaded = bulky();
  loaded.trace.clear();
  loaded.state.tensor_hashes.clear();
  for (EpochSample& epoch : loaded.epochs) {
    epoch.evaluation.predictions.clear();
    epoch.evaluation.targets.clear();
    epoch.evaluation.logits.clear();
  }
  load_side_files(journal_.folder(), files, loaded);
  EXPECT_THAT(loaded.epochs.at(0).evaluation.predictions, ElementsAre(1, 0));
  EXPECT_THAT(loaded.epochs.at(1).evaluation.predictions, ElementsAre(1, 1));
  EXPECT_EQ(loaded.epochs.at(1).evaluation.targets, stored.epochs.at(1).evaluation.targets);
  EXPECT_EQ(loaded.epochs.at(1).evaluation.logits, stored.epochs.at(1).evaluation.logits);
  EXPECT_EQ(loaded.state.tensor_hashes, stored.state.tensor_hashes);
  ASSERT_EQ(loaded.trace.size(), 3U);
  EXPECT_EQ(loaded.trace.at(1).input_hash, "c");
  EXPECT_EQ(loaded.trace.at(1).differences.at("weights").v_c, 0.25);
  EXPECT_EQ(loaded.trace.at(2).not_compared, "no room");
}

TEST_F(SideFiles, ThatAreMissingCutOrChangedAreNamed) {
  const json files = store_side_files(journal_, bulky());
  const std::filesystem::path trace = file(files.at("trace"));
  const std::string whole = read_bytes(trace);
  std::filesystem::remove(trace);
  EXPECT_THAT(problem(files, bulky()), HasSubstr("json.gz' cannot be read"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_bytes(trace, whole.substr(0, size));
    EXPECT_THAT(problem(files, bulky()), HasSubstr("json.gz' is damaged")) << size;
  }
  write_bytes(trace, whole + "x");
  EXPECT_THAT(problem(files, bulky()), HasSubstr("more follows its end"));
  write_bytes(trace, gzip("{}"));
  EXPECT_THAT(problem(files, bulky()), HasSubstr("does not hold what was written"));
}

TEST_F(SideFiles, ThatNoLineNamesAreRemoved) {
  const json files = store_side_files(journal_, bulky());
  const std::string kept = files.at("logits").at("file");
  remove_other_side_files(journal_.folder(), {kept});
  EXPECT_TRUE(std::filesystem::exists(journal_.folder() / kept));
  EXPECT_FALSE(std::filesystem::exists(file(files.at("trace"))));
  EXPECT_FALSE(std::filesystem::exists(file(files.at("targets"))));
}

TEST(Gzip, GivesBackEveryLength) {
  for (const std::size_t size : {0U, 1U, 65535U, 65536U, 65537U, 300000U}) {
    std::string bytes(size, 'a');
    for (std::size_t i = 0; i < size; i += 7) bytes[i] = static_cast<char>(i * 31 % 251);
    EXPECT_EQ(gunzip(gzip(bytes), size), bytes) << size;
    EXPECT_EQ(gzip(bytes), gzip(bytes));
  }
}

TEST(Gzip, RefusesMoreThanTheLimit) {
  EXPECT_THROW((void)gunzip(gzip(std::string(100'000'000, '\0')), 1000), Error);
}

TEST(ContentHash, IsWhatXxh128sumPrints) {
  EXPECT_EQ(content_hash(""), "99aa06d3014798d86001c324468d497f");
}

TEST(ContentHash, OfAFileIsThatOfItsBytes) {
  const TemporaryFolder folder;
  const std::string bytes(200'000, 'x');
  write_bytes(folder.path() / "f", bytes);
  EXPECT_EQ(content_hash_of_file(folder.path() / "f"), content_hash(bytes));
  EXPECT_THROW((void)content_hash_of_file(folder.path() / "none"), Error);
}

}  // namespace
}  // namespace ndbench
