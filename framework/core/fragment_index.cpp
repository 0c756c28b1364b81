#include "core/fragment_index.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include "core/bound_statement.h"
#include "core/journal_text.h"
#include "core/run_rows.h"

namespace ndbench {
namespace {

/// JournalEnd::torn of a journal whose first line is not finished.
constexpr std::string_view kFirstLineCut = "line 1 is cut short";

}  // namespace

class FragmentIndex::Statements {
 public:
  explicit Statements(SQLite::Database& opened) : database(opened) {}

  SQLite::Database& database;
  SQLite::Statement has_fragment{database,
                                 "SELECT 1 FROM fragment WHERE name = ? AND file_bytes = ? AND "
                                 "file_modified = ?"};
  SQLite::Statement fragment_of{
      database,
      "SELECT fragment.name FROM fragment JOIN run ON run.id = fragment.run "
      "WHERE run.run = ? ORDER BY bytes DESC, name LIMIT 1"};
  SQLite::Statement all_fragments{database, "SELECT name FROM fragment"};
  SQLite::Statement drop_fragment{database, "DELETE FROM fragment WHERE name = ?"};
  RowStatements rows{database};
};

FragmentIndex::FragmentIndex(Store& store) : store_(store) {
  store.attempt([&] { statements_ = std::make_unique<Statements>(store.database()); });
}

FragmentIndex::~FragmentIndex() = default;

bool FragmentIndex::has(const Fragment& fragment) {
  bool has = false;
  store_.attempt([&] {
    has = number_of(statements_->has_fragment, fragment.name(),
                    static_cast<std::int64_t>(fragment.bytes), fragment.modified)
              .has_value();
  });
  return has;
}

std::string FragmentIndex::fragment_of(const std::string& run) {
  std::string name;
  store_.attempt([&] {
    SQLite::Statement& statement = statements_->fragment_of;
    statement.bind(1, run);
    if (statement.executeStep()) name = statement.getColumn(0).getString();
    statement.reset();
  });
  return name;
}

std::size_t FragmentIndex::add(const Fragment& fragment) {
  std::size_t added = 0;
  store_.attempt([&] {
    SQLite::Transaction transaction(store_.database(), SQLite::TransactionBehavior::IMMEDIATE);
    RunRows rows(statements_->rows);
    JournalEnd end;
    try {
      end = read_journal_text(fragment.journal(), [&](const JournalText& line) {
        try {
          rows.add(line);
        } catch (const Error& error) {
          throw damaged_line(fragment.journal(), line.number, error.what());
        }
      });
    } catch (const Error& error) {
      throw FragmentDamage(error.what());
    }
    // Its first write may have been cut short, or be under way. Lines that are whole are none.
    if (end.bytes == 0 && !end.torn.empty() && end.torn != kFirstLineCut) {
      throw FragmentDamage(
          fmt::format("{}: no journal of this program: {}; was it written by an older ndbench?",
                      fragment.journal().string(), end.torn));
    }
    added = rows.finish(fragment, end.bytes);
    transaction.commit();
  });
  return added;
}

void FragmentIndex::forget_missing(const std::filesystem::path& results) {
  store_.attempt([&] {
    std::vector<std::string> names;
    while (statements_->all_fragments.executeStep()) {
      names.push_back(statements_->all_fragments.getColumn(0).getString());
    }
    statements_->all_fragments.reset();
    for (const std::string& name : names) {
      if (!is_fragment(results / name)) execute(statements_->drop_fragment, name);
    }
  });
}

void index_fragment(const std::filesystem::path& results, const std::filesystem::path& fragment) {
  Store store(results);
  FragmentIndex(store).add(fragment_at(fragment));
}

}  // namespace ndbench
