#include "core/roster.h"

#include <fmt/format.h>

#include <algorithm>

namespace ndbench {
namespace {

/// One plugin of the plan, however many entries of the suite use it.
struct Inspection {
  PluginKind kind;
  std::string name;
  PluginFile file{};
  Outcome outcome{};
  Description description{};
  std::unique_ptr<Worker> worker{};

  /// Runs `call`; a failure becomes the plugin's outcome.
  template <typename Call>
  void attempt(Call call) {
    if (outcome.status != Status::kPassed) return;
    try {
      call();
    } catch (const WorkerFailed& failure) {
      outcome = failure.outcome;
    }
  }
};

using Plugins = std::vector<Inspection>;

Inspection& find(Plugins& plugins, PluginKind kind, const std::string& name) {
  const auto found = std::find_if(plugins.begin(), plugins.end(), [&](const Inspection& plugin) {
    return plugin.kind == kind && plugin.name == name;
  });
  return found != plugins.end() ? *found : plugins.emplace_back(Inspection{kind, name});
}

/// Lets a worker each describe the plugins, a few at once: a hundred loading LibTorch together
/// would keep each other from answering in time.
void describe(Plugins& plugins, const std::vector<std::filesystem::path>& plugin_path,
              const StartWorker& start_worker) {
  constexpr std::size_t kAtOnce = 4;
  const auto start = [&](Inspection& plugin) {
    PluginSearch search = find_plugin(plugin.kind, plugin.name, plugin_path);
    plugin.file = std::move(search.file);
    plugin.outcome = std::move(search.outcome);
    plugin.attempt([&] {
      plugin.worker = start_worker({});
      plugin.worker->send(DescribeRequest{plugin.file});
    });
  };
  for (std::size_t next = 0; next < plugins.size() + kAtOnce; ++next) {
    if (next < plugins.size()) start(plugins[next]);
    if (next < kAtOnce) continue;
    Inspection& plugin = plugins[next - kAtOnce];
    plugin.attempt([&] { plugin.description = plugin.worker->await<Description>(); });
    plugin.worker.reset();
  }
}

RosterEntry model_entry(const ModelEntry& model, const Inspection& plugin) {
  RosterEntry entry{plugin.file, {}, plugin.outcome};
  if (entry.outcome.status == Status::kPassed) {
    entry.parameters = resolve_parameters(model, plugin.description.parameters);
  }
  return entry;
}

RosterEntry backend_entry(const BackendEntry& backend, const Inspection& plugin) {
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
                       const StartWorker& start_worker) {
  Plugins plugins;
  for (const Cell& cell : plan.cells) {
    find(plugins, PluginKind::kModel, cell.model.plugin);
    find(plugins, PluginKind::kBackend, cell.backend.plugin);
  }
  describe(plugins, plugin_path, start_worker);

  Roster roster;
  for (const auto& [model, backend, mode, scope] : plan.cells) {
    if (!roster.models.contains(model.name)) {
      roster.models.emplace(model.name,
                            model_entry(model, find(plugins, PluginKind::kModel, model.plugin)));
    }
    if (!roster.backends.contains(backend.name)) {
      roster.backends.emplace(
          backend.name,
          backend_entry(backend, find(plugins, PluginKind::kBackend, backend.plugin)));
    }
  }
  return roster;
}

}  // namespace ndbench
