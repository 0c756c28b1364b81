#include "core/stored_logits.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/content_hash.h"
#include "core/npy_file.h"
#include "evaluated_records.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

Record with_logits(std::vector<float> logits) {
  return evaluated(3, {.metric = "accuracy", .examples = 2, .logits = std::move(logits)});
}

TEST(StoredLogits, AreAnArrayBesideTheJournal) {
  const TemporaryFolder results;
  const Journal journal(results.path());
  const nlohmann::json stored = store_logits(journal, with_logits({1.0F, 2.0F, 3.0F, 4.0F}));
  EXPECT_EQ(stored.at("file"), "logits/m.cpu.noisy.epoch.3.npy");
  EXPECT_EQ(stored.at("shape"), (nlohmann::json{2, 2}));
  const std::string bytes = content(journal.folder() / stored.at("file").get<std::string>());
  EXPECT_EQ(bytes, npy_bytes(std::vector<float>{1.0F, 2.0F, 3.0F, 4.0F}, 2));
  EXPECT_EQ(stored.at("hash"), content_hash(bytes));
}

TEST(StoredLogits, OfTwoCellsWithOneFileNameAreBothKept) {
  const TemporaryFolder results;
  const Journal journal(results.path());
  Record first = with_logits({1.0F, 2.0F});
  first.cell.model.name = "a";
  first.cell.backend.name = "b.c";
  Record second = with_logits({3.0F, 4.0F});
  second.cell.model.name = "a.b";
  second.cell.backend.name = "c";
  EXPECT_EQ(store_logits(journal, first).at("file"), "logits/a.b.c.noisy.epoch.3.npy");
  const nlohmann::json stored = store_logits(journal, second);
  EXPECT_EQ(stored.at("file"), "logits/a.b.c.noisy.epoch.3-2.npy");
  EXPECT_EQ(content_hash(content(journal.folder() / stored.at("file").get<std::string>())),
            stored.at("hash"));
}

TEST(StoredLogits, AreNothingForARecordWithoutThem) {
  const TemporaryFolder results;
  const Journal journal(results.path());
  EXPECT_TRUE(store_logits(journal, with_logits({})).is_null());
  Record step = with_logits({1.0F, 2.0F});
  step.epochs.clear();
  EXPECT_TRUE(store_logits(journal, step).is_null());
  EXPECT_FALSE(std::filesystem::exists(journal.folder() / "logits"));
}

TEST(StoredLogits, ThatCannotBeWrittenAreAnError) {
  const TemporaryFolder results;
  const Journal journal(results.path());
  std::ofstream(journal.folder() / "logits") << "in the way";
  EXPECT_THROW((void)store_logits(journal, with_logits({1.0F, 2.0F})), ResultsError);
}

TEST(ContentHash, IsWhatXxh128sumPrints) {
  EXPECT_EQ(content_hash(""), "99aa06d3014798d86001c324468d497f");
}

}  // namespace
}  // namespace ndbench
