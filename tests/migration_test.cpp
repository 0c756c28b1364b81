#include "core/migration.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/store.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

class Migration : public testing::Test {
 protected:
  /// A database as the program that knew the first `version` steps left it, with a row.
  void make(std::size_t version) {
    std::filesystem::remove(file_);
    std::filesystem::remove(file_.string() + "-wal");
    std::filesystem::remove(file_.string() + "-shm");
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA journal_mode = WAL");
    migrate(database, std::span(schema_steps()).first(version));
    if (version == 0) return;
    database.exec("INSERT INTO run (run, started, line) VALUES ('r', 'then', '{}')");
    database.exec(
        "INSERT INTO cell (name, model, backend, mode, scope) VALUES ('n', 'm', 'b', 'o', 's')");
    database.exec(
        "INSERT INTO record (run, cell, replica, jobs, status, seconds, disturbed_blocks, "
        "attempts, line, hash) VALUES (1, 1, 0, 1, 'passed', 0.5, 0, 1, 2, x'00')");
  }

  /// What the database holds: version, names, rows.
  [[nodiscard]] std::string content() const {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    std::string text = std::to_string(schema_version(database));
    SQLite::Statement names(database, "SELECT name FROM sqlite_schema ORDER BY name");
    while (names.executeStep()) text += " " + names.getColumn(0).getString();
    if (database.tableExists("record")) {
      text += " " + database.execAndGet("SELECT sum(seconds) FROM record").getString();
    }
    EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
    return text;
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / kStoreFile;
};

const std::size_t kNewest = schema_steps().size();

TEST_F(Migration, TakesEveryVersionToTheNewestWithItsRows) {
  make(kNewest);
  const std::string newest = content();
  for (std::size_t version = 1; version < kNewest; ++version) {
    make(version);
    { Store store(folder_.path()); }
    EXPECT_EQ(content(), newest) << version;
    EXPECT_THAT(newest, testing::EndsWith(" 0.5"));
  }
}

TEST_F(Migration, LeavesTheVersionBeforeOrTheOneAfterWhenKilledAtAnyStatement) {
  for (std::size_t version = 0; version < kNewest; ++version) {
    make(version + 1);
    const std::string after = content();
    make(version);
    const std::string before = content();
    const std::size_t statements = schema_steps()[version].size() + 1;
    for (std::size_t fatal = 0; fatal < statements; ++fatal) {
      const pid_t child = fork();
      if (child == 0) {
        SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
        std::size_t count = 0;
        migrate(database, std::span(schema_steps()).first(version + 1), [&](const std::string&) {
          if (count++ == fatal) std::raise(SIGKILL);
        });
        _exit(1);
      }
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      ASSERT_TRUE(WIFSIGNALED(status)) << version << " " << fatal;
      EXPECT_EQ(content(), before) << version << " " << fatal;
    }
    {
      SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
      migrate(database, std::span(schema_steps()).first(version + 1));
    }
    if (version > 0) {
      EXPECT_EQ(content(), after);
    }
  }
}

TEST_F(Migration, UndoesAStepWhoseStatementFails) {
  make(1);
  const std::string before = content();
  const std::vector<SchemaStep> steps{schema_steps()[0],
                                      {"CREATE TABLE extra (a)", "CREATE TABLE extra (a)"}};
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    EXPECT_THROW(migrate(database, steps), SQLite::Exception);
  }
  EXPECT_EQ(content(), before);
}

}  // namespace
}  // namespace ndbench
