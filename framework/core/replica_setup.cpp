#include "core/replica_setup.h"

#include <fmt/format.h>

#include <utility>

#include "core/environments.h"
#include "core/seeds.h"
#include "core/worker_environment.h"

namespace ndbench {
namespace {

/// What the mode sets of the knobs that the backend has.
Tooling applicable(const Mode& mode, const RosterEntry& backend) {
  Tooling tooling;
  for (const std::string& knob : backend.knobs) {
    if (const auto set = mode.tooling.find(knob); set != mode.tooling.end()) tooling.insert(*set);
  }
  return tooling;
}

Settings settings_of(const Tooling& tooling, int threads, const BackendEntry& backend) {
  Settings settings{.threads = threads, .device = backend.device, .shards = backend.shards};
  for (const auto& [name, value] : tooling) {
    if (find_knob(name)->kind == Knob::Kind::kSwitch) {
      settings.switches[name] = std::get<bool>(value);
    }
  }
  return settings;
}

}  // namespace

ReplicaSetup::ReplicaSetup(Roster roster, Options options)
    : roster_(std::move(roster)), options_(std::move(options)) {}

Outcome ReplicaSetup::outcome(const Cell& cell) const {
  Outcome outcome = roster_.outcome(cell);
  if (outcome.status == Status::kPassed && cell.mode.environment && toolings(cell).size() < 2) {
    outcome = skipped(fmt::format("backend '{}' has no knob that makes another environment here",
                                  cell.backend.name));
  }
  return outcome;
}

Record ReplicaSetup::record(const Cell& cell, int replica) const {
  const RosterEntry& model = roster_.models.at(cell.model.name);
  const std::vector<Tooling> choices = toolings(cell);
  Record record;
  record.cell = cell;
  record.replica = replica;
  record.seeds = seeds_for(options_.suite_seed, cell.model.name, cell.mode, replica);
  record.parameters = model.parameters;
  record.tooling = choices[static_cast<std::size_t>(replica) % choices.size()];
  record.model_plugin = model.file;
  record.backend_plugin = roster_.backends.at(cell.backend.name).file;
  return record;
}

std::map<std::string, std::string> ReplicaSetup::environment(const Record& record,
                                                             std::size_t processors) const {
  return worker_environment(record.tooling, threads(record.tooling, record.cell.backend),
                            processors);
}

PrepareRequest ReplicaSetup::request(const Record& record) const {
  const Cell& cell = record.cell;
  PrepareRequest request{
      record.model_plugin,
      record.backend_plugin,
      record.parameters,
      record.seeds,
      settings_of(record.tooling, threads(record.tooling, cell.backend), cell.backend),
      {},
      ulp_seed_for(options_.suite_seed, cell.model.name, cell.mode, record.replica)};
  for (const auto& folder : options_.data_path) request.data_path.push_back(folder.string());
  return request;
}

std::vector<Tooling> ReplicaSetup::toolings(const Cell& cell) const {
  const RosterEntry& backend = roster_.backends.at(cell.backend.name);
  Tooling tooling = applicable(cell.mode, backend);
  if (!cell.mode.environment) return {std::move(tooling)};
  return environments(tooling, backend.knobs, threads(tooling, cell.backend), options_.machine);
}

/// Of the mode's knobs, or else of the backend.
int ReplicaSetup::threads(const Tooling& tooling, const BackendEntry& backend) const {
  return threads_of(tooling, backend.threads > 0 ? backend.threads : options_.default_threads);
}

}  // namespace ndbench
