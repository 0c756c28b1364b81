#include "core/gate_history.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/printable.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

/// Rows of runs of the judged run's suite, up to that run. Another suite measures something else
/// under the same names.
constexpr char kUpTo[] =
    "(started, run) <= (?1, ?2) AND run IN (SELECT run FROM run WHERE suite_hash = ?3)";

/// Appends a row's value to the history of its benchmark; rows come benchmark by benchmark.
void append(std::vector<History>& histories, History row, double value, std::string commit) {
  const bool is_same = !histories.empty() && histories.back().name == row.name &&
                       histories.back().target == row.target &&
                       histories.back().quantity == row.quantity;
  if (!is_same) histories.push_back(std::move(row));
  histories.back().values.push_back(value);
  histories.back().commits.push_back(std::move(commit));
}

SQLite::Statement bound(SQLite::Database& database, const std::string& sql, const JudgedRun& run) {
  SQLite::Statement statement(database, sql);
  statement.bind(1, run.started);
  statement.bind(2, run.run);
  statement.bind(3, run.suite_hash);
  return statement;
}

void add_times(SQLite::Database& database, const JudgedRun& run, std::vector<History>& histories) {
  auto rows = bound(database,
                    fmt::format(R"(
WITH judged AS (SELECT DISTINCT target, name FROM history WHERE run = ?2 AND n >= {0})
SELECT history.name, history.target, history.seconds, history.commit_hash
FROM history JOIN judged ON judged.target = history.target AND judged.name = history.name
WHERE n >= {0} AND {1} ORDER BY history.target, history.name, started, run)",
                                kFewestForNight, kUpTo),
                    run);
  while (rows.executeStep()) {
    append(histories,
           {.name = rows.getColumn(0),
            .target = rows.getColumn(1),
            .quantity = "seconds",
            .values = {},
            .commits = {}},
           rows.getColumn(2), rows.getColumn(3));
  }
}

void add_results(SQLite::Database& database, const JudgedRun& run,
                 std::vector<History>& histories) {
  auto rows = bound(database,
                    fmt::format(R"(
WITH result AS (
  SELECT target, name, metric, higher_is_better, started, run,
    avg(quality) AS quality
  FROM records WHERE status = 'passed' AND quality IS NOT NULL
  GROUP BY target, name, metric, higher_is_better, started, run),
judged AS (SELECT target, name, metric FROM result WHERE run = ?2)
SELECT result.name, result.target, result.metric, result.higher_is_better, result.quality,
  (SELECT commit_hash FROM run WHERE run.run = result.run)
FROM result JOIN judged ON judged.target = result.target AND judged.name = result.name
  AND judged.metric = result.metric
WHERE {} ORDER BY result.target, result.name, result.metric, started, run)",
                                kUpTo),
                    run);
  while (rows.executeStep()) {
    append(histories,
           {.name = rows.getColumn(0),
            .target = rows.getColumn(1),
            .quantity = rows.getColumn(2),
            .higher_is_better = rows.getColumn(3).getInt() != 0,
            .values = {},
            .commits = {}},
           rows.getColumn(4), rows.getColumn(5));
  }
}

}  // namespace

JudgedRun find_run(SQLite::Database& database, const std::string& digits) {
  const bool is_id = std::all_of(digits.begin(), digits.end(), [](char digit) {
    return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
  });
  if (!is_id) {
    throw UsageError(fmt::format("--run: '{}' is no run's id, which has hexadecimal digits alone",
                                 printable(digits)));
  }
  SQLite::Statement rows(database, R"(
SELECT run, started, ifnull(suite, ''), suite_hash, ifnull(suite_file, ''),
  ifnull(commit_hash, ''), ifnull(host_name, '') FROM run WHERE substr(run, 1, length(?1)) = ?1
ORDER BY started DESC, run DESC)");
  rows.bind(1, digits);
  if (!rows.executeStep()) {
    throw UsageError(digits.empty() ? "there is no run in the database; ndbench ingest adds them"
                                    : fmt::format("--run: no run's id begins with '{}'", digits));
  }
  const JudgedRun run{rows.getColumn(0), rows.getColumn(1), rows.getColumn(2), rows.getColumn(3),
                      rows.getColumn(4), rows.getColumn(5), rows.getColumn(6)};
  if (!digits.empty() && rows.executeStep()) {
    throw UsageError(fmt::format("--run: several ids begin with '{}'; give more digits", digits));
  }
  return run;
}

std::vector<History> histories_of(SQLite::Database& database, const JudgedRun& run) {
  std::vector<History> histories;
  add_times(database, run, histories);
  add_results(database, run, histories);
  return histories;
}

std::vector<StateHistory> states_of(SQLite::Database& database, const JudgedRun& run) {
  auto rows = bound(database,
                    fmt::format(R"(
WITH state AS (
  SELECT target, name, started, run, min(state_hash) AS hash FROM records
  WHERE mode = 'fixed' AND status = 'passed' AND state_hash <> '' AND {}
  GROUP BY target, name, run HAVING count(*) > 1 AND count(DISTINCT state_hash) = 1),
ordered AS (
  SELECT *, row_number() OVER (PARTITION BY target, name ORDER BY started DESC, run DESC) AS age
  FROM state)
SELECT now.name, now.target, before.hash, now.hash,
  (SELECT commit_hash FROM run WHERE run.run = before.run)
FROM ordered AS now JOIN ordered AS before ON before.target = now.target
  AND before.name = now.name AND before.age = 2
WHERE now.age = 1 AND now.run = ?2 ORDER BY now.target, now.name)",
                                kUpTo),
                    run);
  std::vector<StateHistory> states;
  while (rows.executeStep()) {
    states.push_back({rows.getColumn(0), rows.getColumn(1), rows.getColumn(2), rows.getColumn(3),
                      rows.getColumn(4)});
  }
  return states;
}

}  // namespace ndbench
