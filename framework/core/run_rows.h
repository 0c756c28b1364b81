#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/fragment.h"
#include "core/journal_decoder.h"
#include "core/journal_text.h"

namespace ndbench {

/// What puts rows into a database, prepared once.
struct RowStatements {
  explicit RowStatements(SQLite::Database& opened);

  SQLite::Database& database;
  SQLite::Statement insert_run;
  SQLite::Statement find_run;
  SQLite::Statement end_run;
  SQLite::Statement insert_cell;
  SQLite::Statement find_cell;
  SQLite::Statement insert_record;
  SQLite::Statement insert_epoch;
  SQLite::Statement insert_parity;
  SQLite::Statement set_reference;
  SQLite::Statement set_fragment;
  JournalDecoder decoder{};
};

/// Puts the lines of one run's journal into a database, within a transaction.
class RunRows {
 public:
  explicit RunRows(RowStatements& statements) : statements_(statements) {}

  /// @throws ndbench::Error saying what is wrong with the line.
  void add(const JournalText& text);

  /// After the last line.
  /// @param bytes  of the journal, up to the last line that counts
  /// @return how many rows are new.
  std::size_t finish(const Fragment& fragment, std::uint64_t bytes);

  /// What one fragment says about the cells of its run.
  struct Cell {
    std::int64_t id = 0;
    std::string mode{};
    bool is_deterministic = false;
    std::size_t place = 0;  ///< in the plan, or after it
  };

 private:
  void begin(const RunLine& run, const JournalText& text);
  void add(const RecordLine& record, const JournalText& text);
  void add(const ParityLine& parity, const JournalText& text);
  std::int64_t cell_of(const RecordLine& record);

  RowStatements& statements_;
  std::int64_t run_ = 0;
  std::vector<std::string> plan_;
  std::map<std::array<std::string, 5>, std::int64_t> cells_;
  std::map<std::string, std::vector<Cell>> groups_;  ///< by name without the mode
  std::int64_t resumed_ = 0;
  std::optional<EndLine> end_;
  std::size_t added_ = 0;
};

}  // namespace ndbench
