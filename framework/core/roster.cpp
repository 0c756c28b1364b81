#include "core/roster.h"

#include <algorithm>

namespace ndbench {
namespace {

struct Inspection {
  RosterEntry entry;
  std::unique_ptr<Worker> worker;
  Description description;
};

/// Starts a worker that describes the plugin; await_description() collects the answer.
void start(Inspection& inspection, PluginKind kind, const std::string& name,
           const std::vector<std::filesystem::path>& plugin_path, const StartWorker& start_worker) {
  PluginSearch search = find_plugin(kind, name, plugin_path);
  inspection.entry.file = search.file;
  inspection.entry.outcome = search.outcome;
  if (search.outcome.status != Status::kPassed) return;
  try {
    inspection.worker = start_worker({});
    inspection.worker->send(DescribeRequest{search.file});
  } catch (const WorkerFailed& failure) {
    inspection.entry.outcome = failure.outcome;
  }
}

void await_description(Inspection& inspection) {
  if (inspection.entry.outcome.status != Status::kPassed) return;
  try {
    inspection.description = inspection.worker->await<Description>();
  } catch (const WorkerFailed& failure) {
    inspection.entry.outcome = failure.outcome;
  }
}

}  // namespace

Outcome Roster::outcome(const Cell& cell) const {
  const Outcome& model = models.at(cell.model.name).outcome;
  return model.status != Status::kPassed ? model : backends.at(cell.backend.name).outcome;
}

Roster inspect_plugins(const Plan& plan, const std::vector<std::filesystem::path>& plugin_path,
                       const StartWorker& start_worker) {
  std::map<std::string, Inspection> models;
  std::map<std::string, Inspection> backends;
  for (const Cell& cell : plan.cells) {
    if (const auto [found, added] = models.try_emplace(cell.model.name); added) {
      start(found->second, PluginKind::kModel, cell.model.plugin, plugin_path, start_worker);
    }
    if (const auto [found, added] = backends.try_emplace(cell.backend.name); added) {
      start(found->second, PluginKind::kBackend, cell.backend.plugin, plugin_path, start_worker);
    }
  }

  Roster roster;
  for (const Cell& cell : plan.cells) {
    if (!roster.models.contains(cell.model.name)) {
      Inspection& inspection = models.at(cell.model.name);
      await_description(inspection);
      if (inspection.entry.outcome.status == Status::kPassed) {
        inspection.entry.parameters =
            resolve_parameters(cell.model, inspection.description.parameters);
      }
      roster.models.emplace(cell.model.name, std::move(inspection.entry));
    }
    if (!roster.backends.contains(cell.backend.name)) {
      Inspection& inspection = backends.at(cell.backend.name);
      await_description(inspection);
      const std::string& why = inspection.description.unavailable;
      if (!why.empty()) {
        inspection.entry.outcome =
            cell.backend.required
                ? failed(ExitCode::kBenchmarkFailed,
                         "the suite requires this backend, which cannot run here: " + why)
                : skipped(why);
      }
      roster.backends.emplace(cell.backend.name, std::move(inspection.entry));
    }
  }
  return roster;
}

}  // namespace ndbench
