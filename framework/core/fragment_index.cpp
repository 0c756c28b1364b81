#include "core/fragment_index.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "core/journal_decoder.h"
#include "core/journal_text.h"

namespace ndbench {
namespace {

using SQLite::Statement;

void bind_to(Statement& statement, int index, const std::optional<double>& value) {
  value ? statement.bind(index, *value) : statement.bind(index);
}
void bind_to(Statement& statement, int index, const std::optional<std::int64_t>& value) {
  value ? statement.bind(index, *value) : statement.bind(index);
}
/// All 64 bits: SQLite's integers have a sign.
void bind_to(Statement& statement, int index, const std::optional<std::uint64_t>& value) {
  value ? statement.bind(index, static_cast<std::int64_t>(*value)) : statement.bind(index);
}
void bind_to(Statement& statement, int index, const std::optional<bool>& value) {
  value ? statement.bind(index, static_cast<std::int32_t>(*value)) : statement.bind(index);
}
void bind_to(Statement& statement, int index, std::int64_t value) { statement.bind(index, value); }
void bind_to(Statement& statement, int index, double value) { statement.bind(index, value); }
/// No text is NULL.
void bind_to(Statement& statement, int index, const std::string& value) {
  value.empty() ? statement.bind(index) : statement.bindNoCopy(index, value);
}

using LineHash = std::array<unsigned char, 16>;
void bind_to(Statement& statement, int index, const LineHash& value) {
  statement.bindNoCopy(index, value.data(), static_cast<int>(value.size()));
}

/// State hashes are bytes.
struct Bytes {
  const std::string& value;
};
void bind_to(Statement& statement, int index, const Bytes& bytes) {
  if (bytes.value.empty()) return statement.bind(index);
  statement.bindNoCopy(index, bytes.value.data(), static_cast<int>(bytes.value.size()));
}

/// @return how many rows it changed.
template <typename... Values>
int execute(Statement& statement, const Values&... values) {
  int index = 0;
  (bind_to(statement, ++index, values), ...);
  const int changed = statement.exec();
  statement.reset();
  return changed;
}

/// The number in the first column of the first row, if there is a row.
template <typename... Values>
std::optional<std::int64_t> number_of(Statement& statement, const Values&... values) {
  int index = 0;
  (bind_to(statement, ++index, values), ...);
  std::optional<std::int64_t> number;
  if (statement.executeStep()) number = statement.getColumn(0).getInt64();
  statement.reset();
  return number;
}

LineHash hash_of(std::string_view text) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(text.data(), text.size()));
  LineHash hash{};
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), hash.begin());
  return hash;
}

/// JournalEnd::torn of a journal whose first line is not finished.
constexpr std::string_view kFirstLineCut = "line 1 is cut short";

constexpr char kInsertRecord[] =
    "INSERT INTO record (run, cell, replica, jobs, status, exit_code, reason, phase, target, "
    "iterations, seconds, cpu_seconds, samples_per_second, metric, quality, higher_is_better, "
    "loss, state_hash, peak_memory_bytes, disturbed_blocks, attempts, seed_init, seed_order, "
    "seed_augment, seed_dropout, line, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, hash) DO NOTHING";

/// What one fragment says about the cells of its run.
struct CellOfRun {
  std::int64_t id = 0;
  std::string mode{};
  bool is_deterministic = false;
  std::size_t place = 0;  ///< in the plan, or after it
};

/// Where in a run, and what it says.
using Group = std::tuple<std::string, std::string, std::string>;

/// The mode against which the others of a group cost, as reference_mode() has it: what was run,
/// with the words of its lines. The built-in mode `environment` is none, as its tooling varies.
const CellOfRun& reference_of(const std::vector<CellOfRun>& cells) {
  const auto rank = [](const CellOfRun& cell) {
    const int kind = cell.mode == "noisy"         ? 0
                     : cell.mode == "environment" ? 3
                     : cell.is_deterministic      ? 2
                                                  : 1;
    return std::pair(kind, cell.place);
  };
  return *std::min_element(cells.begin(), cells.end(), [&](const CellOfRun& a, const CellOfRun& b) {
    return rank(a) < rank(b);
  });
}

}  // namespace

class FragmentIndex::Statements {
 public:
  explicit Statements(SQLite::Database& opened) : database(opened) {}

  SQLite::Database& database;
  Statement has_fragment{database,
                         "SELECT 1 FROM fragment WHERE name = ? AND file_bytes = ? AND "
                         "file_modified = ?"};
  Statement fragment_of{database,
                        "SELECT fragment.name FROM fragment JOIN run ON run.id = fragment.run "
                        "WHERE run.run = ? ORDER BY bytes DESC, name LIMIT 1"};
  Statement insert_run{database,
                       "INSERT INTO run (run, started, suite, suite_hash, suite_file, command, "
                       "ndbench, commit_hash, host_name, cpu_model, cores, kernel, line) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                       "ON CONFLICT (run) DO NOTHING"};
  Statement find_run{database, "SELECT id FROM run WHERE run = ?"};
  // A copy that was made before the end must not undo it.
  Statement end_run{database,
                    "UPDATE run SET complete = coalesce(max(complete, ?1), complete, ?1), "
                    "exit_codes = coalesce(?2, exit_codes), resumed = max(resumed, ?3) "
                    "WHERE id = ?4"};
  Statement insert_cell{database,
                        "INSERT INTO cell (name, model, backend, mode, scope) "
                        "VALUES (?, ?, ?, ?, ?) "
                        "ON CONFLICT (name, model, backend, mode, scope) DO NOTHING"};
  Statement find_cell{database,
                      "SELECT id FROM cell WHERE name = ? AND model = ? AND backend = ? AND "
                      "mode = ? AND scope = ?"};
  Statement insert_record{database, kInsertRecord};
  Statement insert_epoch{database,
                         "INSERT INTO epoch (record, epoch, loss, train_seconds, "
                         "evaluate_seconds, quality) VALUES (?, ?, ?, ?, ?, ?)"};
  Statement insert_parity{database,
                          "INSERT INTO parity (run, model, backend, status, reason, precision, "
                          "seconds, line, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                          "ON CONFLICT (run, hash) DO NOTHING"};
  Statement set_reference{database,
                          "INSERT INTO reference (run, cell, reference) VALUES (?, ?, ?) "
                          "ON CONFLICT (run, cell) DO UPDATE SET reference = excluded.reference"};
  Statement set_fragment{database,
                         "INSERT INTO fragment (name, run, bytes, file_bytes, file_modified) "
                         "VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                         "run = excluded.run, bytes = excluded.bytes, "
                         "file_bytes = excluded.file_bytes, "
                         "file_modified = excluded.file_modified"};
  Statement all_fragments{database, "SELECT name FROM fragment"};
  Statement drop_fragment{database, "DELETE FROM fragment WHERE name = ?"};
  JournalDecoder decoder{};

  /// Of one fragment, while it is added.
  class Adding;
};

class FragmentIndex::Statements::Adding {
 public:
  explicit Adding(Statements& statements) : statements_(statements) {}

  void line(const JournalText& text) {
    const DecodedLine decoded = statements_.decoder.decode(text.text);
    if (const auto* run = std::get_if<RunLine>(&decoded)) return begin(*run, text);
    if (run_ == 0) throw Error("comes before the line that names the run");
    if (const auto* record = std::get_if<RecordLine>(&decoded)) add(*record, text);
    if (const auto* parity = std::get_if<ParityLine>(&decoded)) add(*parity, text);
    if (std::holds_alternative<ResumeLine>(decoded)) ++resumed_;
    // The last one counts: one before it ended what was resumed.
    if (const auto* end = std::get_if<EndLine>(&decoded)) end_ = *end;
  }

  /// @return how many rows are new.
  std::size_t finish(const Fragment& fragment, std::uint64_t bytes) {
    if (run_ == 0) return 0;
    std::optional<bool> is_complete;
    if (end_) is_complete = end_->is_complete;
    execute(statements_.end_run, is_complete, end_ ? end_->exit_codes : std::string(), resumed_,
            run_);
    for (const auto& [group, cells] : groups_) {
      const CellOfRun& reference = reference_of(cells);
      for (const CellOfRun& cell : cells) {
        if (added_ == 0) break;  // an older copy knows no better
        execute(statements_.set_reference, run_, cell.id, reference.id);
      }
    }
    execute(statements_.set_fragment, fragment.name(), run_, static_cast<std::int64_t>(bytes),
            static_cast<std::int64_t>(fragment.bytes), fragment.modified);
    return added_;
  }

 private:
  void begin(const RunLine& run, const JournalText& text) {
    if (run_ != 0) throw Error("is a second line that names a run");
    plan_ = run.plan;
    execute(statements_.insert_run, run.run, run.started, run.suite, run.suite_hash, run.suite_file,
            run.command, run.ndbench, run.commit, run.host_name, run.cpu_model, run.cores,
            run.kernel, std::string(text.text));
    run_ = number_of(statements_.find_run, run.run).value_or(0);
  }

  void add(const RecordLine& record, const JournalText& text) {
    const LineHash hash = hash_of(text.text);
    const int changed =
        execute(statements_.insert_record, run_, cell_of(record), record.replica, record.jobs,
                record.status, record.exit_code, record.reason, record.phase, record.target,
                record.iterations, record.seconds, record.cpu_seconds, record.samples_per_second,
                record.metric, record.quality, record.higher_is_better, record.loss,
                Bytes{record.state_hash}, record.peak_memory_bytes, record.disturbed_blocks,
                record.attempts, record.seed_init, record.seed_order, record.seed_augment,
                record.seed_dropout, static_cast<std::int64_t>(text.number), hash);
    if (changed == 0) return;
    ++added_;
    const std::int64_t id = statements_.database.getLastInsertRowid();
    std::int64_t number = 0;
    for (const EpochLine& epoch : record.epochs) {
      execute(statements_.insert_epoch, id, ++number, epoch.loss, epoch.train_seconds,
              epoch.evaluate_seconds, epoch.quality);
    }
  }

  void add(const ParityLine& parity, const JournalText& text) {
    const LineHash hash = hash_of(text.text);
    added_ += static_cast<std::size_t>(execute(
        statements_.insert_parity, run_, parity.model, parity.backend, parity.status, parity.reason,
        parity.precision, parity.seconds, static_cast<std::int64_t>(text.number), hash));
  }

  std::int64_t cell_of(const RecordLine& record) {
    const auto [found, is_new] = cells_.try_emplace(
        {record.name, record.model, record.backend, record.mode, record.scope}, 0);
    if (!is_new) return found->second;
    execute(statements_.insert_cell, record.name, record.model, record.backend, record.mode,
            record.scope);
    found->second = number_of(statements_.find_cell, record.name, record.model, record.backend,
                              record.mode, record.scope)
                        .value_or(0);
    const auto place = std::find(plan_.begin(), plan_.end(), record.name);
    groups_[{record.model, record.backend, record.scope}].push_back(
        {.id = found->second,
         .mode = record.mode,
         .is_deterministic = record.is_deterministic,
         .place = static_cast<std::size_t>(place - plan_.begin())});
    return found->second;
  }

  Statements& statements_;
  std::int64_t run_ = 0;
  std::vector<std::string> plan_;
  std::map<std::array<std::string, 5>, std::int64_t> cells_;
  std::map<Group, std::vector<CellOfRun>> groups_;
  std::int64_t resumed_ = 0;
  std::optional<EndLine> end_;
  std::size_t added_ = 0;
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
    Statement& statement = statements_->fragment_of;
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
    Statements::Adding adding(*statements_);
    JournalEnd end;
    try {
      end = read_journal_text(fragment.journal(), [&](const JournalText& line) {
        try {
          adding.line(line);
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
    added = adding.finish(fragment, end.bytes);
    transaction.commit();
  });
  return added;
}

void FragmentIndex::keep_only(const std::vector<Fragment>& fragments) {
  std::set<std::string> names;
  for (const Fragment& fragment : fragments) names.insert(fragment.name());
  store_.attempt([&] {
    std::vector<std::string> gone;
    while (statements_->all_fragments.executeStep()) {
      std::string name = statements_->all_fragments.getColumn(0).getString();
      if (!names.contains(name)) gone.push_back(std::move(name));
    }
    statements_->all_fragments.reset();
    for (const std::string& name : gone) execute(statements_->drop_fragment, name);
  });
}

void index_fragment(const std::filesystem::path& results, const std::filesystem::path& fragment) {
  Store store(results);
  FragmentIndex(store).add(fragment_at(fragment));
}

}  // namespace ndbench
