#include "core/gate_history.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/printable.h"
#include "core/run_header.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

/// The records that count: of benchmarks of the judged run (?1) on its targets, from the newest
/// runs of its suite (?2) up to it (?3). Another suite measures something else under the same
/// names.
constexpr char kRecords[] = R"(
FROM (SELECT DISTINCT record.target, record.cell FROM record JOIN run ON run.id = record.run
      WHERE run.run = ?1 AND record.status = 'passed') AS judged
CROSS JOIN record ON record.target = judged.target AND record.cell = judged.cell
  AND record.status = 'passed'
JOIN run ON run.id = record.run
JOIN cell ON cell.id = record.cell
WHERE record.run IN (
  SELECT id FROM run WHERE suite_hash = ?2 AND (started, run) <= (?3, ?1)
  ORDER BY started DESC, run DESC LIMIT ?4))";

constexpr char kOrder[] = " ORDER BY record.target, cell.name, run.started, run.run, replica";

SQLite::Statement bound(SQLite::Database& database, const std::string& sql, const JudgedRun& run) {
  SQLite::Statement statement(database, sql);
  statement.bind(1, run.run);
  statement.bind(2, run.suite_hash);
  statement.bind(3, run.started);
  statement.bind(4, kMostRuns);
  return statement;
}

void add_replica(SQLite::Statement& row, Night& night) {
  const auto column = [&](const char* name) { return row.getColumn(name); };
  if (column("jobs").getInt() == 1 && !column("seconds").isNull()) {
    night.seconds.push_back(column("seconds"));
  }
  if (!column("quality").isNull()) {
    night.metric = column("metric").getString();
    night.higher_is_better = column("higher_is_better").getInt() != 0;
    night.results.push_back(column("quality"));
  }
  if (!column("state").getString().empty()) night.states.push_back(column("state"));
}

/// Rows come benchmark by benchmark, run by run.
std::vector<BenchmarkHistory> read_replicas(SQLite::Database& database, const JudgedRun& run) {
  auto row = bound(database,
                   fmt::format(R"(
SELECT printf('%016x', record.target) AS target, cell.name, cell.mode, run.run, run.commit_hash,
  run.started, record.jobs, record.seconds, record.metric, record.higher_is_better, record.quality,
  lower(hex(record.state_hash)) AS state{}{})",
                               kRecords, kOrder),
                   run);
  std::vector<BenchmarkHistory> benchmarks;
  while (row.executeStep()) {
    const std::string target = row.getColumn(0);
    const std::string name = row.getColumn(1);
    const std::string id = row.getColumn(3);
    if (benchmarks.empty() || benchmarks.back().name != name ||
        benchmarks.back().target != target) {
      benchmarks.push_back({name, row.getColumn(2), target, {}});
    }
    std::vector<Night>& nights = benchmarks.back().nights;
    if (nights.empty() || nights.back().run != id)
      nights.push_back({id, row.getColumn(4), row.getColumn(5)});
    add_replica(row, nights.back());
  }
  return benchmarks;
}

/// Adds the results epoch by epoch to the nights that are there already, in the same order.
void read_curves(SQLite::Database& database, const JudgedRun& run,
                 std::vector<BenchmarkHistory>& benchmarks) {
  std::string sql = kRecords;
  sql.insert(sql.find("JOIN run ON run.id = record.run\nJOIN"),
             "JOIN epoch ON epoch.record = record.id AND epoch.quality IS NOT NULL\n");
  auto row = bound(database,
                   fmt::format("SELECT printf('%016x', record.target), cell.name, run.run, "
                               "record.id, epoch.quality{}{}, record.id, epoch.epoch",
                               sql, kOrder),
                   run);
  auto benchmark = benchmarks.begin();
  std::size_t night = 0;
  std::int64_t replica = -1;
  while (row.executeStep()) {
    const std::string target = row.getColumn(0);
    const std::string name = row.getColumn(1);
    const std::string id = row.getColumn(2);
    while (benchmark->name != name || benchmark->target != target) {
      ++benchmark;
      night = 0;
    }
    while (benchmark->nights[night].run != id) ++night;
    auto& curves = benchmark->nights[night].curves;
    if (row.getColumn(3).getInt64() != replica) curves.emplace_back();
    replica = row.getColumn(3).getInt64();
    curves.back().push_back(row.getColumn(4));
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
  ifnull(commit_hash, ''), ifnull(host_name, ''),
  ifnull((SELECT min(fragment.name) FROM fragment WHERE fragment.run = run.id), ''), line
FROM run WHERE substr(run, 1, length(?1)) = ?1 ORDER BY started DESC, run DESC)");
  rows.bind(1, digits);
  if (!rows.executeStep()) {
    throw UsageError(digits.empty() ? "there is no run in the database; ndbench ingest adds them"
                                    : fmt::format("--run: no run's id begins with '{}'", digits));
  }
  const JudgedRun run{rows.getColumn(0),
                      rows.getColumn(1),
                      rows.getColumn(2),
                      rows.getColumn(3),
                      rows.getColumn(4),
                      rows.getColumn(5),
                      rows.getColumn(6),
                      rows.getColumn(7),
                      place_flags(nlohmann::json::parse(rows.getColumn(8).getString(), nullptr,
                                                        /*allow_exceptions=*/false))};
  if (!digits.empty() && rows.executeStep()) {
    throw UsageError(fmt::format("--run: several ids begin with '{}'; give more digits", digits));
  }
  return run;
}

std::vector<std::string> failures_of(SQLite::Database& database, const JudgedRun& run) {
  constexpr std::size_t kMostLines = 20;
  SQLite::Statement rows(database, R"(
SELECT cell.name, record.status, count(*), max(ifnull(record.reason, ''))
FROM record JOIN run ON run.id = record.run JOIN cell ON cell.id = record.cell
WHERE run.run = ?1 AND record.status <> 'passed'
GROUP BY cell.name, record.status ORDER BY record.status, cell.name)");
  rows.bind(1, run.run);
  std::vector<std::string> lines;
  std::size_t more = 0;
  while (rows.executeStep()) {
    if (lines.size() == kMostLines) {
      ++more;
      continue;
    }
    lines.push_back(fmt::format("{}: {} {}: {}", rows.getColumn(0).getString(),
                                rows.getColumn(2).getInt(), rows.getColumn(1).getString(),
                                printable(rows.getColumn(3).getString(), 200)));
  }
  if (more > 0) lines.push_back(fmt::format("{} more that did not pass", more));
  return lines;
}

std::vector<BenchmarkHistory> benchmark_histories(SQLite::Database& database,
                                                  const JudgedRun& run) {
  std::vector<BenchmarkHistory> benchmarks = read_replicas(database, run);
  read_curves(database, run, benchmarks);
  return benchmarks;
}

}  // namespace ndbench
