#include "core/roster.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ndbench {
namespace {

using Plugins = std::map<std::pair<PluginKind, std::string>, DescribedPlugin>;

/// Every plugin of the plan, however many entries of the suite use it.
Plugins describe_all(const Plan& plan, const std::vector<std::filesystem::path>& plugin_path,
                     const StartWorker& start_worker, const InquiryOptions& options) {
  std::vector<std::pair<PluginKind, std::string>> names;
  const auto add = [&](PluginKind kind, const std::string& name) {
    const std::pair plugin(kind, name);
    if (std::find(names.begin(), names.end(), plugin) == names.end()) names.push_back(plugin);
  };
  for (const Cell& cell : plan.cells) {
    add(PluginKind::kModel, cell.model.plugin);
    add(PluginKind::kBackend, cell.backend.plugin);
  }
  std::vector<PluginSearch> found;
  for (const auto& [kind, name] : names) found.push_back(find_plugin(kind, name, plugin_path));
  std::vector<DescribedPlugin> described =
      describe_plugins(std::move(found), start_worker, options);
  Plugins plugins;
  for (std::size_t index = 0; index < names.size(); ++index) {
    plugins.emplace(names[index], std::move(described[index]));
  }
  return plugins;
}

RosterEntry model_entry(const ModelEntry& model, const DescribedPlugin& plugin) {
  RosterEntry entry{plugin.file, {}, plugin.outcome};
  if (entry.outcome.status == Status::kPassed) {
    entry.parameters = resolve_parameters(model, plugin.description.parameters);
  }
  return entry;
}

RosterEntry backend_entry(const BackendEntry& backend, const DescribedPlugin& plugin) {
  RosterEntry entry{plugin.file, {}, plugin.outcome, plugin.description.knobs};
  const std::string& why = plugin.description.unavailable;
  if (why.empty()) return entry;
  entry.outcome = backend.required
                      ? failed(ExitCode::kBenchmarkFailed,
                               "the suite requires this backend, which cannot run here: " + why)
                      : skipped(why);
  return entry;
}

}  // namespace

Outcome Roster::outcome(const Cell& cell) const {
  const Outcome& model = models.at(cell.model.name).outcome;
  if (model.status != Status::kPassed) return model;
  const RosterEntry& backend = backends.at(cell.backend.name);
  if (backend.outcome.status != Status::kPassed) return backend.outcome;
  for (const std::string& knob : cell.mode.demanded) {
    if (std::find(backend.knobs.begin(), backend.knobs.end(), knob) == backend.knobs.end()) {
      return skipped(fmt::format("backend '{}' has no knob '{}'", cell.backend.name, knob));
    }
  }
  return {};
}

Roster inspect_plugins(const Plan& plan, const std::vector<std::filesystem::path>& plugin_path,
                       const StartWorker& start_worker, const InquiryOptions& options) {
  const Plugins plugins = describe_all(plan, plugin_path, start_worker, options);
  Roster roster;
  for (const auto& [model, backend, mode, scope] : plan.cells) {
    if (!roster.models.contains(model.name)) {
      roster.models.emplace(model.name,
                            model_entry(model, plugins.at({PluginKind::kModel, model.plugin})));
    }
    if (!roster.backends.contains(backend.name)) {
      roster.backends.emplace(
          backend.name, backend_entry(backend, plugins.at({PluginKind::kBackend, backend.plugin})));
    }
  }
  return roster;
}

}  // namespace ndbench
