#include "core/measured_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "core/command_line.h"
#include "core/command_text.h"
#include "core/fragment.h"
#include "core/printable.h"
#include "core/provenance.h"
#include "core/recorded_run.h"
#include "core/run_header.h"
#include "core/suite.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// What the run's command line says of how much is measured.
Limits limits_of(const RecordedRun& run) {
  Limits limits;
  read_journal_of(run, [&] {
    const auto arguments = run.header.at("arguments").get<std::vector<std::string>>();
    limits = parse_command_line(arguments).limits;
  });
  return limits;
}

void sort_by_plan(const Plan& plan, std::vector<Record>& records) {
  std::map<std::string, std::size_t> places;
  for (const Cell& cell : plan.cells) places.emplace(cell.name(), places.size());
  std::stable_sort(records.begin(), records.end(), [&](const Record& a, const Record& b) {
    return std::pair(places.at(a.cell.name()), a.replica) <
           std::pair(places.at(b.cell.name()), b.replica);
  });
}

SummaryOptions summary_options(const MeasuredRun& run) {
  SummaryOptions options{.target = run.plan.epoch.target};
  if (run.plan.step.precision > 0.0) options.precision = run.plan.step.precision;
  for (const Parity& parity : run.parities) {
    options.parity[{parity.model, parity.backend}] = parity;
  }
  return options;
}

}  // namespace

std::string MeasuredRun::id() const { return header.at("run").get<std::string>(); }
std::string MeasuredRun::started() const { return header.at("started").get<std::string>(); }
std::string MeasuredRun::suite() const { return header.at("suite").at("name").get<std::string>(); }
std::string MeasuredRun::command() const { return header.at("command").get<std::string>(); }
std::string MeasuredRun::commit() const {
  return header.at("provenance").at("commit").get<std::string>();
}

std::vector<std::string> MeasuredRun::planned() const {
  std::vector<std::string> names;
  for (const nlohmann::json& cell : header.at("plan")) {
    names.push_back(cell.at("name").get<std::string>());
  }
  return names;
}

std::string MeasuredRun::command_for(const std::string& name) const {
  const auto file = header.at("suite").at("file").get<std::string>();
  return command_again(file, name, place_flags);
}

MeasuredRun load_run(const fs::path& folder) {
  const RecordedRun recorded = read_run(folder);
  MeasuredRun run{.folder = folder, .header = recorded.header, .is_complete = recorded.is_complete};
  read_journal_of(recorded, [&] {
    run.machine = machine_of(run.header.at("provenance"));
    run.place_flags = place_flags(run.header);
    // What is told of a run everywhere: that it is there is found out here, and once.
    (void)std::tuple(run.id(), run.started(), run.suite(), run.command(), run.commit(),
                     run.planned(), run.command_for(""));
  });
  run.plan = make_plan(read_suite(folder / "suite.toml"), limits_of(recorded));
  run.records = records_of(recorded, run.plan);
  sort_by_plan(run.plan, run.records);
  run.parities = parities_of(recorded);
  run.summary = summarize(run.records, run.machine, summary_options(run));
  return run;
}

fs::path find_run_folder(const fs::path& results, const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (is_fragment(name)) return name;
    throw UsageError(
        fmt::format("'{}' is no run's folder: it has no journal.jsonl", printable(name)));
  }
  std::vector<Fragment> runs = fragments_in(results);
  if (runs.empty()) {
    throw UsageError(fmt::format("there is no run in '{}'", printable(results.string())));
  }
  if (name.empty()) return runs.back().folder;
  std::erase_if(runs, [&](const Fragment& fragment) {
    return fragment.name() != name && !run_of(fragment).starts_with(name);
  });
  if (runs.size() == 1) return runs.front().folder;
  throw UsageError(runs.empty()
                       ? fmt::format("no run in '{}' has the id or folder '{}'",
                                     printable(results.string()), printable(name))
                       : fmt::format("the ids of {} runs in '{}' begin with '{}'; give more digits",
                                     runs.size(), printable(results.string()), printable(name)));
}

}  // namespace ndbench
