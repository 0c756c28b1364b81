#include "core/run_rows.h"

#include <xxhash.h>

#include <algorithm>

#include "core/bound_statement.h"

namespace ndbench {
namespace {

LineHash hash_of(std::string_view text) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(text.data(), text.size()));
  LineHash hash{};
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), hash.begin());
  return hash;
}

constexpr char kInsertRecord[] =
    "INSERT INTO record (run, cell, replica, jobs, status, exit_code, reason, phase, target, "
    "iterations, seconds, cpu_seconds, samples_per_second, metric, quality, higher_is_better, "
    "loss, state_hash, peak_memory_bytes, disturbed_blocks, attempts, seed_init, seed_order, "
    "seed_augment, seed_dropout, line, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, hash) DO NOTHING";

/// Equal for cells that differ in their mode alone.
std::string name_without_mode(const RecordLine& record) {
  const std::string before = record.model + "/" + record.backend + "/";
  const std::string name = before + record.mode + "/";
  return record.name.starts_with(name) ? before + record.name.substr(name.size())
                                       : before + record.scope;
}

/// The mode against which the others of a group cost, as reference_mode() has it: what was run,
/// with the words of its lines. The built-in mode `environment` is none, as its tooling varies.
const RunRows::Cell& reference_of(const std::vector<RunRows::Cell>& cells) {
  const auto rank = [](const RunRows::Cell& cell) {
    const int kind = cell.mode == "noisy"         ? 0
                     : cell.mode == "environment" ? 3
                     : cell.is_deterministic      ? 2
                                                  : 1;
    return std::pair(kind, cell.place);
  };
  return *std::min_element(
      cells.begin(), cells.end(),
      [&](const RunRows::Cell& a, const RunRows::Cell& b) { return rank(a) < rank(b); });
}

}  // namespace

RowStatements::RowStatements(SQLite::Database& opened)
    : database(opened),
      insert_run(database,
                 "INSERT INTO run (run, started, suite, suite_hash, suite_file, command, "
                 "ndbench, commit_hash, host_name, cpu_model, cores, kernel, line) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                 "ON CONFLICT (run) DO NOTHING"),
      find_run(database, "SELECT id FROM run WHERE run = ?"),
      // A copy that was made before the end must not undo it.
      end_run(database,
              "UPDATE run SET complete = coalesce(max(complete, ?1), complete, ?1), "
              "exit_codes = coalesce(?2, exit_codes), resumed = max(resumed, ?3) "
              "WHERE id = ?4"),
      insert_cell(database,
                  "INSERT INTO cell (name, model, backend, mode, scope) "
                  "VALUES (?, ?, ?, ?, ?) "
                  "ON CONFLICT (name, model, backend, mode, scope) DO NOTHING"),
      find_cell(database,
                "SELECT id FROM cell WHERE name = ? AND model = ? AND backend = ? AND "
                "mode = ? AND scope = ?"),
      insert_record(database, kInsertRecord),
      insert_epoch(database,
                   "INSERT INTO epoch (record, epoch, loss, train_seconds, "
                   "evaluate_seconds, quality) VALUES (?, ?, ?, ?, ?, ?)"),
      insert_parity(database,
                    "INSERT INTO parity (run, model, backend, status, reason, precision, "
                    "seconds, line, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (run, hash) DO NOTHING"),
      set_reference(database,
                    "INSERT INTO reference (run, cell, reference) VALUES (?, ?, ?) "
                    "ON CONFLICT (run, cell) DO UPDATE SET reference = excluded.reference"),
      set_fragment(database,
                   "INSERT INTO fragment (name, run, bytes, file_bytes, file_modified) "
                   "VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                   "run = excluded.run, bytes = excluded.bytes, "
                   "file_bytes = excluded.file_bytes, "
                   "file_modified = excluded.file_modified") {}

void RunRows::add(const JournalText& text) {
  const DecodedLine decoded = statements_.decoder.decode(text.text);
  if (const auto* run = std::get_if<RunLine>(&decoded)) return begin(*run, text);
  if (run_ == 0) throw Error("comes before the line that names the run");
  if (const auto* record = std::get_if<RecordLine>(&decoded)) add(*record, text);
  if (const auto* parity = std::get_if<ParityLine>(&decoded)) add(*parity, text);
  if (std::holds_alternative<ResumeLine>(decoded)) ++resumed_;
  // The last one counts: one before it ended what was resumed.
  if (const auto* end = std::get_if<EndLine>(&decoded)) end_ = *end;
}

std::size_t RunRows::finish(const Fragment& fragment, std::uint64_t bytes) {
  if (run_ == 0) return 0;
  std::optional<bool> is_complete;
  if (end_) is_complete = end_->is_complete;
  execute(statements_.end_run, is_complete, end_ ? end_->exit_codes : std::string(), resumed_,
          run_);
  for (const auto& [group, cells] : groups_) {
    const Cell& reference = reference_of(cells);
    for (const Cell& cell : cells) {
      if (added_ == 0) break;  // an older copy knows no better
      execute(statements_.set_reference, run_, cell.id, reference.id);
    }
  }
  execute(statements_.set_fragment, fragment.name(), run_, static_cast<std::int64_t>(bytes),
          static_cast<std::int64_t>(fragment.bytes), fragment.modified);
  return added_;
}

void RunRows::begin(const RunLine& run, const JournalText& text) {
  if (run_ != 0) throw Error("is a second line that names a run");
  plan_ = run.plan;
  execute(statements_.insert_run, run.run, run.started, run.suite, run.suite_hash, run.suite_file,
          run.command, run.ndbench, run.commit, run.host_name, run.cpu_model, run.cores, run.kernel,
          std::string(text.text));
  run_ = number_of(statements_.find_run, run.run).value_or(0);
}

void RunRows::add(const RecordLine& record, const JournalText& text) {
  const LineHash hash = hash_of(text.text);
  const int changed = execute(
      statements_.insert_record, run_, cell_of(record), record.replica, record.jobs, record.status,
      record.exit_code, record.reason, record.phase, record.target, record.iterations,
      record.seconds, record.cpu_seconds, record.samples_per_second, record.metric, record.quality,
      record.higher_is_better, record.loss, Bytes{record.state_hash}, record.peak_memory_bytes,
      record.disturbed_blocks, record.attempts, record.seed_init, record.seed_order,
      record.seed_augment, record.seed_dropout, static_cast<std::int64_t>(text.number), hash);
  if (changed == 0) return;
  ++added_;
  const std::int64_t id = statements_.database.getLastInsertRowid();
  std::int64_t number = 0;
  for (const EpochLine& epoch : record.epochs) {
    execute(statements_.insert_epoch, id, ++number, epoch.loss, epoch.train_seconds,
            epoch.evaluate_seconds, epoch.quality);
  }
}

void RunRows::add(const ParityLine& parity, const JournalText& text) {
  const LineHash hash = hash_of(text.text);
  added_ += static_cast<std::size_t>(execute(
      statements_.insert_parity, run_, parity.model, parity.backend, parity.status, parity.reason,
      parity.precision, parity.seconds, static_cast<std::int64_t>(text.number), hash));
}

std::int64_t RunRows::cell_of(const RecordLine& record) {
  const auto [found, is_new] =
      cells_.try_emplace({record.name, record.model, record.backend, record.mode, record.scope}, 0);
  if (!is_new) return found->second;
  execute(statements_.insert_cell, record.name, record.model, record.backend, record.mode,
          record.scope);
  found->second = number_of(statements_.find_cell, record.name, record.model, record.backend,
                            record.mode, record.scope)
                      .value_or(0);
  const auto place = std::find(plan_.begin(), plan_.end(), record.name);
  groups_[name_without_mode(record)].push_back(
      {.id = found->second,
       .mode = record.mode,
       .is_deterministic = record.is_deterministic,
       .place = static_cast<std::size_t>(place - plan_.begin())});
  return found->second;
}

}  // namespace ndbench
