#include "core/run_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/parity_json.h"
#include "core/printable.h"
#include "core/provenance.h"
#include "core/record_json.h"
#include "core/side_files.h"
#include "core/standard_error.h"

namespace ndbench {
namespace {

int replicas_in(const Plan& plan) {
  int total = 0;
  for (const Cell& cell : plan.cells) total += plan.replicas(cell);
  return total;
}

}  // namespace

void say(const std::string& text) { write_message("ndbench_suite", text); }

RunLog::RunLog(const Plan& plan, const Machine& machine, Journal* journal,
               Progress::Seconds elapsed)
    : plan_(plan),
      machine_(machine),
      journal_(journal),
      progress_(stderr, isatty(STDERR_FILENO) != 0, replicas_in(plan), std::move(elapsed)),
      failures_(stderr) {
  const bool is_open = std::any_of(plan.cells.begin(), plan.cells.end(),
                                   [&](const Cell& cell) { return plan.is_sequential(cell); });
  if (is_open) progress_.set_open();
}

void RunLog::restore(std::span<const Record* const> records, const std::vector<Parity>& parities) {
  for (const Parity& parity : parities) parities_[{parity.model, parity.backend}] = parity;
  for (const Record* record : records) {
    if (record->replica >= plan_.replicas(record->cell)) progress_.add(1);
    count(*record);
  }
}

void RunLog::start(const Cell& cell, int replica) {
  const bool is_new = begun_.emplace(cell.name(), replica).second;
  if (is_new && replica >= plan_.replicas(cell)) progress_.add(1);
  progress_.start(fmt::format("{} replica {}", cell.name(), replica));
}

void RunLog::retry(const Record& record) {
  progress_.clear();
  failures_.add_attempt(record);
}

void RunLog::take(std::span<const Record* const> records) {
  if (journal_ != nullptr) {
    std::vector<nlohmann::json> lines;
    for (const Record* record : records) {
      nlohmann::json& line =
          lines.emplace_back(to_json(*record, target_fingerprint(machine_, *record)));
      // Before the line: that never names a file that is not there.
      nlohmann::json files = store_side_files(*journal_, *record);
      if (!files.empty()) line["files"] = std::move(files);
    }
    journal_->append_together(lines);
  }
  for (const Record* record : records) {
    count(*record);
    const bool is_quiet =
        record->outcome.status != Status::kFailed && record->left_processes.empty();
    if (!is_quiet) progress_.clear();
    failures_.add(*record);
  }
}

void RunLog::count(const Record& record) {
  int done = 1;
  if (record.ends_cell()) {  // the rest of its replicas are left out
    const auto before = std::count_if(records_.begin(), records_.end(), [&](const Record* one) {
      return one->cell.name() == record.cell.name();
    });
    done = std::max(1, plan_.replicas(record.cell) - static_cast<int>(before));
  }
  records_.push_back(&record);
  codes_.add(record.outcome.exit_code);
  progress_.done(done);
}

void RunLog::take(const Parity& parity) {
  if (journal_ != nullptr) journal_->append(to_json(parity));
  parities_[{parity.model, parity.backend}] = parity;
  if (parity.attempts > 1) {
    progress_.clear();
    say(fmt::format("{} on {}: parity took {} attempts, workers were lost", parity.model,
                    parity.backend, parity.attempts));
  }
  if (parity.status != Parity::Status::kUnchecked) return;
  progress_.clear();
  say(fmt::format("{} on {}: {}; a difference between backends may not be the hardware's",
                  parity.model, parity.backend, printable(parity.reason, std::string::npos)));
}

std::vector<const Record*> RunLog::records() const {
  std::map<std::string, std::size_t> places;
  for (const Cell& cell : plan_.cells) places.emplace(cell.name(), places.size());
  std::vector<const Record*> sorted = records_;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Record* a, const Record* b) {
    return std::pair(places.at(a->cell.name()), a->replica) <
           std::pair(places.at(b->cell.name()), b->replica);
  });
  return sorted;
}

}  // namespace ndbench
