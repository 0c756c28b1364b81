#include "core/store_schema.h"

#include <fmt/format.h>

#include <array>

namespace ndbench {
namespace {

/// Numbers in place of words that repeat: names of cells, hashes as bytes, seeds and targets as the
/// integers that they are. The views spell them out.
SchemaStep tables() {
  return {
      fmt::format("PRAGMA application_id = {}", kStoreApplication),
      R"(CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  run TEXT NOT NULL UNIQUE,
  started TEXT NOT NULL,
  suite TEXT, suite_hash TEXT, suite_file TEXT, command TEXT,
  ndbench TEXT, commit_hash TEXT,
  host_name TEXT, cpu_model TEXT, cores INTEGER, kernel TEXT,
  resumed INTEGER NOT NULL DEFAULT 0,
  complete INTEGER,
  exit_codes TEXT,
  line TEXT NOT NULL))",
      R"(CREATE TABLE fragment (
  name TEXT PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (id),
  bytes INTEGER NOT NULL,
  file_bytes INTEGER NOT NULL,
  file_modified INTEGER NOT NULL) WITHOUT ROWID)",
      R"(CREATE TABLE cell (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  model TEXT NOT NULL, backend TEXT NOT NULL, mode TEXT NOT NULL, scope TEXT NOT NULL,
  UNIQUE (name, model, backend, mode, scope)))",
      R"(CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (id),
  cell INTEGER NOT NULL REFERENCES cell (id),
  replica INTEGER NOT NULL,
  jobs INTEGER NOT NULL,
  status TEXT NOT NULL,
  exit_code INTEGER, reason TEXT, phase TEXT,
  target INTEGER,
  iterations INTEGER,
  seconds REAL, cpu_seconds REAL, samples_per_second REAL,
  metric TEXT, quality REAL, higher_is_better INTEGER, loss REAL,
  state_hash BLOB,
  peak_memory_bytes INTEGER,
  disturbed_blocks INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  seed_init INTEGER, seed_order INTEGER, seed_augment INTEGER, seed_dropout INTEGER,
  line INTEGER NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (run, hash)))",
      R"(CREATE TABLE epoch (
  record INTEGER NOT NULL REFERENCES record (id),
  epoch INTEGER NOT NULL,
  loss REAL, train_seconds REAL, evaluate_seconds REAL, quality REAL,
  PRIMARY KEY (record, epoch)) WITHOUT ROWID)",
      R"(CREATE TABLE parity (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (id),
  model TEXT NOT NULL, backend TEXT NOT NULL, status TEXT NOT NULL,
  reason TEXT, precision TEXT, seconds REAL,
  line INTEGER NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (run, hash)))",
      // The cell against which a cell costs.
      R"(CREATE TABLE reference (
  run INTEGER NOT NULL REFERENCES run (id),
  cell INTEGER NOT NULL REFERENCES cell (id),
  reference INTEGER NOT NULL REFERENCES cell (id),
  PRIMARY KEY (run, cell)) WITHOUT ROWID)",
  };
}

SchemaStep views() {
  return {
      // All that `spread` and `cost` read, so that they need not look into the table.
      R"(CREATE INDEX record_of_cell ON record
  (run, cell, status, replica, jobs, quality, seconds, state_hash))",
      "CREATE INDEX record_of_target ON record (target, cell, run, status, jobs, seconds)",
      "CREATE INDEX record_not_passed ON record (run) WHERE status <> 'passed'",
      R"(CREATE VIEW records AS
SELECT run.run, run.started, cell.name, cell.model, cell.backend, cell.mode, cell.scope,
  record.replica, record.jobs, record.status, record.exit_code, record.reason, record.phase,
  printf('%016x', record.target) AS target, record.iterations, record.seconds,
  record.cpu_seconds, record.samples_per_second, record.metric, record.quality,
  record.higher_is_better, record.loss, lower(hex(record.state_hash)) AS state_hash,
  record.peak_memory_bytes, record.disturbed_blocks, record.attempts,
  printf('%016x', record.seed_init) AS seed_init,
  printf('%016x', record.seed_order) AS seed_order,
  printf('%016x', record.seed_augment) AS seed_augment,
  printf('%016x', record.seed_dropout) AS seed_dropout,
  (SELECT min(fragment.name) FROM fragment WHERE fragment.run = run.id) AS fragment,
  record.line
FROM record JOIN run ON run.id = record.run JOIN cell ON cell.id = record.cell)",
      R"(CREATE VIEW cost AS
SELECT run.run, run.started, cell.name, cell.model, cell.backend, cell.scope, cell.mode,
  other.mode AS reference, record.replica, record.seconds,
  pair.seconds AS reference_seconds, record.seconds / pair.seconds AS ratio
FROM record
JOIN reference ON reference.run = record.run AND reference.cell = record.cell
  AND reference.reference <> record.cell
JOIN record AS pair ON pair.run = record.run
  AND pair.cell = reference.reference AND pair.status = 'passed'
  AND pair.replica = record.replica AND pair.jobs = 1
JOIN run ON run.id = record.run
JOIN cell ON cell.id = record.cell
JOIN cell AS other ON other.id = reference.reference
WHERE record.status = 'passed' AND record.jobs = 1 AND pair.seconds > 0)",
      // The smallest is taken off before a mean is formed, so that equal values have exactly their
      // own mean and a deviation of 0. Materialized: the mean would be formed anew for each row.
      R"(CREATE VIEW spread AS
WITH extent AS MATERIALIZED (
  SELECT run, cell, count(*) AS replicas, count(quality) AS n, min(quality) AS low,
    max(quality) AS high, count(DISTINCT state_hash) AS state_hashes
  FROM record WHERE status = 'passed' GROUP BY run, cell),
middle AS MATERIALIZED (
  SELECT extent.*, low + (
    SELECT avg(quality - low) FROM record
    WHERE record.run = extent.run AND record.cell = extent.cell AND status = 'passed') AS mean
  FROM extent)
SELECT run.run, run.started, cell.name, cell.model, cell.backend, cell.mode, cell.scope,
  middle.replicas, middle.n, middle.mean,
  CASE WHEN middle.n > 1 THEN sqrt((
    SELECT sum((quality - middle.mean) * (quality - middle.mean))
    FROM record
    WHERE record.run = middle.run AND record.cell = middle.cell AND status = 'passed')
    / (middle.n - 1)) END AS std,
  middle.low AS min, middle.high AS max, middle.state_hashes
FROM middle JOIN run ON run.id = middle.run JOIN cell ON cell.id = middle.cell)",
      R"(CREATE VIEW hashes AS
SELECT run.run, run.started, cell.name, cell.model, cell.backend, cell.mode, cell.scope,
  lower(hex(record.state_hash)) AS state_hash, count(*) AS replicas,
  min(record.replica) AS first_replica
FROM record JOIN run ON run.id = record.run JOIN cell ON cell.id = record.cell
WHERE record.status = 'passed' AND record.state_hash IS NOT NULL
GROUP BY record.run, record.cell, record.state_hash)",
      R"(CREATE VIEW failures AS
SELECT run.run, run.started, run.host_name, cell.name, record.replica, record.status,
  record.exit_code, record.phase, record.reason,
  (SELECT min(fragment.name) FROM fragment WHERE fragment.run = run.id) AS fragment, record.line
FROM record JOIN run ON run.id = record.run JOIN cell ON cell.id = record.cell
WHERE record.status <> 'passed'
UNION ALL
SELECT run.run, run.started, run.host_name, 'parity of ' || parity.model || ' on ' ||
  parity.backend, NULL, parity.status, NULL, NULL, parity.reason,
  (SELECT min(fragment.name) FROM fragment WHERE fragment.run = run.id), parity.line
FROM parity JOIN run ON run.id = parity.run WHERE parity.status <> 'passed')",
      R"(CREATE VIEW history AS
WITH ordered AS (
  SELECT target, cell, run, seconds,
    row_number() OVER (PARTITION BY target, cell, run ORDER BY seconds) AS place,
    count(*) OVER (PARTITION BY target, cell, run) AS n
  FROM record
  WHERE status = 'passed' AND jobs = 1 AND seconds IS NOT NULL AND target IS NOT NULL),
middle AS (
  SELECT target, cell, run, n, avg(seconds) AS seconds FROM ordered
  WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY target, cell, run)
SELECT printf('%016x', middle.target) AS target, cell.name, cell.model, cell.backend, cell.mode,
  cell.scope, run.started, run.run, run.commit_hash, run.host_name, middle.seconds, middle.n
FROM middle JOIN run ON run.id = middle.run JOIN cell ON cell.id = middle.cell)",
      R"(CREATE VIEW latest AS
SELECT target, name, model, backend, mode, scope, started, run, commit_hash, host_name, seconds, n
FROM (SELECT *, row_number() OVER (PARTITION BY target, name ORDER BY started DESC, run DESC)
  AS age FROM history) WHERE age = 1)",
      R"(CREATE VIEW learning_curves AS
SELECT run.run, run.started, cell.name, cell.model, cell.backend, cell.mode, cell.scope,
  record.replica, epoch.epoch, epoch.loss, record.metric, epoch.quality, epoch.train_seconds,
  epoch.evaluate_seconds
FROM epoch JOIN record ON record.id = epoch.record JOIN run ON run.id = record.run
JOIN cell ON cell.id = record.cell)",
  };
}

constexpr std::array kViews{
    StoreView{"cost", "time of each replica over that of the run's reference mode, pair by pair"},
    StoreView{"spread", "how the result scatters over the replicas of each cell, run by run"},
    StoreView{"hashes", "the states in which the replicas of each cell ended, and how many did"},
    StoreView{"failures", "what failed, was skipped or could not be checked, and why"},
    StoreView{"latest", "the newest median time of each cell on each target"},
    StoreView{"history", "the median time of each cell on each target, run by run"},
    StoreView{"learning_curves", "loss, quality and time of each epoch of each replica"},
    StoreView{"records", "every replica measured, with all columns"},
};

}  // namespace

const std::vector<SchemaStep>& schema_steps() {
  static const std::vector<SchemaStep> steps{tables(), views()};
  return steps;
}

std::span<const StoreView> store_views() { return kViews; }

}  // namespace ndbench
