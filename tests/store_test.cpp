#include "core/store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>

#include <random>

#include "core/file_system.h"
#include "core/fragment_index.h"
#include "core/migration.h"
#include "core/store_repair.h"
#include "journal_fixture.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StoreTest : public testing::Test {
 protected:
  template <typename Failure>
  std::string problem() {
    try {
      Store store(folder_.path());
      store.check();
    } catch (const Failure& error) {
      return error.what();
    }
    return "";
  }

  static std::string one(SQLite::Database& database, const std::string& sql) {
    return database.execAndGet(sql).getString();
  }

  TemporaryFolder folder_;
  fs::path file_ = folder_.path() / kStoreFile;
};

TEST_F(StoreTest, IsDurableAndOurs) {
  Store store(folder_.path());
  EXPECT_EQ(one(store.database(), "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(one(store.database(), "PRAGMA synchronous"), "2");
  EXPECT_EQ(one(store.database(), "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(one(store.database(), "PRAGMA application_id"), std::to_string(kStoreApplication));
  EXPECT_EQ(schema_version(store.database()), static_cast<int>(schema_steps().size()));
}

TEST_F(StoreTest, HasEveryViewThatIsListed) {
  Store store(folder_.path());
  for (const StoreView& view : store_views()) {
    EXPECT_EQ(one(store.database(), "SELECT count(*) FROM " + std::string(view.name)), "0");
  }
  EXPECT_EQ(one(store.database(), "SELECT count(*) FROM sqlite_schema WHERE type = 'view'"),
            std::to_string(store_views().size()));
}

TEST_F(StoreTest, TakesAnEmptyFileForANewOne) {
  write_bytes(file_, "");
  EXPECT_EQ(problem<ResultsError>(), "");
}

TEST_F(StoreTest, RefusesWhatIsNoDatabaseAndLeavesIt) {
  write_bytes(file_, "name,seconds\n");
  EXPECT_THAT(problem<StoreDamage>(), HasSubstr("ndbench.db' is no SQLite database"));
  EXPECT_EQ(read_bytes(file_), "name,seconds\n");
}

TEST_F(StoreTest, RefusesAnotherProgramsDatabase) {
  {
    SQLite::Database other(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    other.exec("CREATE TABLE bookmark (url TEXT)");
  }
  const std::string before = read_bytes(file_);
  EXPECT_THAT(problem<ResultsError>(), HasSubstr("is another program's database"));
  EXPECT_EQ(read_bytes(file_), before);
}

TEST_F(StoreTest, RefusesANewerVersionAndLeavesItUntouched) {
  const int newer = static_cast<int>(schema_steps().size()) + 1;
  { Store store(folder_.path()); }
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    database.exec("PRAGMA user_version = " + std::to_string(newer));
  }
  const std::string before = read_bytes(file_);
  EXPECT_THAT(problem<ResultsError>(),
              testing::AllOf(HasSubstr("schema version " + std::to_string(newer)),
                             HasSubstr("knows up to " + std::to_string(newer - 1)),
                             HasSubstr("use a newer ndbench")));
  EXPECT_EQ(read_bytes(file_), before);
}

TEST_F(StoreTest, KnowsFileSystemsOnWhichNoLogWorks) {
  EXPECT_EQ(network_file_system(0x6969), "NFS");
  EXPECT_EQ(network_file_system(0xff534d42), "CIFS");
  EXPECT_EQ(network_file_system(0xef53), "");  // ext4
  EXPECT_EQ(network_file_system_of(folder_.path()), "");
}

TEST_F(StoreTest, IsReadOnlyWhereOneAsksForThat) {
  EXPECT_THROW((void)open_store_to_read(folder_.path()), ResultsError);
  { Store store(folder_.path()); }
  const auto database = open_store_to_read(folder_.path());
  EXPECT_THROW(database->exec("DELETE FROM run"), SQLite::Exception);
}

TEST_F(StoreTest, IsNotSetAsideWithoutDamage) {
  { Store store(folder_.path()); }
  EXPECT_EQ(set_damaged_store_aside(folder_.path()), "");
  EXPECT_TRUE(fs::exists(file_));
}

TEST_F(StoreTest, IsSetAsideUnderANameThatIsFree) {
  write_bytes(file_.string() + ".bad-1", "older");
  write_bytes(file_, "damaged");
  EXPECT_EQ(set_damaged_store_aside(folder_.path()), file_.string() + ".bad-2");
  EXPECT_EQ(read_bytes(file_.string() + ".bad-1"), "older");
  EXPECT_EQ(read_bytes(file_.string() + ".bad-2"), "damaged");
  EXPECT_FALSE(fs::exists(file_));
}

/// Whatever is cut off or flipped: an error of ours, or none.
TEST_F(StoreTest, SurvivesDamageAnywhere) {
  {
    Store store(folder_.path());
    std::vector<nlohmann::json> lines{run_line(1)};
    for (int replica = 0; replica < 50; ++replica) {
      lines.push_back(epoch_record("noisy", replica, {0.25, 0.5}));
    }
    const auto fragment = write_fragment(folder_.path() / "a", lines);
    EXPECT_EQ(FragmentIndex(store).add(fragment_at(fragment)), 50U);
  }
  const std::string whole = read_bytes(file_);
  std::mt19937 random(3);
  int noticed = 0;
  for (int attempt = 0; attempt < 150; ++attempt) {
    std::string damaged = whole;
    if (attempt % 3 == 0) {
      damaged.resize(random() % whole.size());
    } else {
      for (int flip = 0; flip < 20; ++flip) {
        damaged[random() % damaged.size()] ^= static_cast<char>(1U << (random() % 8));
      }
    }
    write_bytes(file_, damaged);
    fs::remove(file_.string() + "-wal");
    fs::remove(file_.string() + "-shm");
    try {
      Store store(folder_.path());
      store.check();
      FragmentIndex(store).add(fragment_at(folder_.path() / "a"));
      for (const StoreView& view : store_views()) {
        store.attempt([&] {
          SQLite::Statement all(store.database(), "SELECT * FROM " + std::string(view.name));
          while (all.executeStep()) {
          }
        });
      }
    } catch (const ResultsError& error) {
      ++noticed;
      EXPECT_THAT(error.what(), HasSubstr("ndbench.db"));
    }
  }
  EXPECT_GT(noticed, 50);
}

}  // namespace
}  // namespace ndbench
