#include "core/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/installation.h"
#include "core/json_text.h"
#include "core/plugin_survey.h"
#include "core/printable.h"
#include "core/standard_output.h"
#include "core/worker_process.h"

namespace ndbench {
namespace {

CatalogueEntry entry_of(const DescribedPlugin& plugin) {
  CatalogueEntry entry{plugin.file.kind == PluginKind::kModel ? "model" : "backend",
                       plugin.file.name, plugin.description.summary,
                       plugin.description.unavailable};
  if (plugin.outcome.status != Status::kPassed) entry.unavailable = plugin.outcome.reason;
  return entry;
}

}  // namespace

std::string text_of(const std::vector<CatalogueEntry>& entries) {
  std::size_t width = 0;
  for (const CatalogueEntry& entry : entries) width = std::max(width, printable(entry.name).size());
  std::string text;
  for (const CatalogueEntry& entry : entries) {
    const std::string what = entry.unavailable.empty()
                                 ? printable(entry.summary, 400)
                                 : "cannot be used: " + printable(entry.unavailable, 400);
    text += fmt::format("{:<8} {:<{}}  {}\n", entry.kind, printable(entry.name), width, what);
  }
  return text;
}

std::string json_of(const std::vector<CatalogueEntry>& entries) {
  auto json = nlohmann::json::array();
  for (const CatalogueEntry& entry : entries) {
    json.push_back({{"kind", entry.kind},
                    {"name", entry.name},
                    {"summary", entry.summary},
                    {"unavailable", entry.unavailable}});
  }
  return json_text(json, 2) + "\n";
}

ExitCode print_catalogue(const CatalogueOptions& options) {
  InterruptSignals signals;
  Offspring offspring(signals);
  const WorkerProcess::Options worker{.executable = worker_executable(),
                                      .timeout = std::chrono::seconds(60)};
  std::vector<CatalogueEntry> entries;
  try {
    const auto folders = plugin_path(options.plugin_path, executable_folder() / "ndbench");
    for (const DescribedPlugin& plugin : survey_plugins(folders, [&](const auto& environment) {
           return std::make_unique<WorkerProcess>(worker, environment, signals, offspring);
         })) {
      entries.push_back(entry_of(plugin));
    }
  } catch (const Interrupted& interrupt) {
    return interrupt.signal == SIGINT ? ExitCode::kInterrupted : ExitCode::kTerminated;
  }
  for (const ShippedSuite& suite : shipped_suites(suites_folder())) {
    entries.push_back({"suite", suite.name, suite.summary});
  }
  write_stdout(options.json ? json_of(entries) : text_of(entries));
  return ExitCode::kOk;
}

}  // namespace ndbench
