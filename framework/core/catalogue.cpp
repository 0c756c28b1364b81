#include "core/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/installation.h"
#include "core/plugin_survey.h"
#include "core/printable.h"
#include "core/standard_output.h"
#include "core/worker_process.h"

namespace ndbench {
namespace {

struct Line {
  std::string kind;  ///< model, backend or suite
  std::string name;
  std::string summary;
  std::string unavailable{};  ///< why it cannot be used here; "" if it can
};

Line line_of(const SurveyedPlugin& plugin) {
  Line line{plugin.file.kind == PluginKind::kModel ? "model" : "backend", plugin.file.name,
            plugin.description.summary, plugin.description.unavailable};
  if (plugin.outcome.status != Status::kPassed) line.unavailable = plugin.outcome.reason;
  return line;
}

std::string text_of(const std::vector<Line>& lines) {
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, line.name.size());
  std::string text;
  for (const Line& line : lines) {
    const std::string what = line.unavailable.empty()
                                 ? printable(line.summary, 400)
                                 : "cannot be used: " + printable(line.unavailable, 400);
    text += fmt::format("{:<8} {:<{}}  {}\n", line.kind, printable(line.name), width, what);
  }
  return text;
}

std::string json_of(const std::vector<Line>& lines) {
  auto json = nlohmann::json::array();
  for (const Line& line : lines) {
    json.push_back({{"kind", line.kind},
                    {"name", line.name},
                    {"summary", line.summary},
                    {"unavailable", line.unavailable}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

ExitCode print_catalogue(const CatalogueOptions& options) {
  InterruptSignals signals;
  Offspring offspring(signals);
  const WorkerProcess::Options worker{.executable = worker_executable(),
                                      .timeout = std::chrono::seconds(60)};
  std::vector<Line> lines;
  try {
    const auto folders = plugin_path(options.plugin_path, executable_folder() / "ndbench");
    for (const SurveyedPlugin& plugin : survey_plugins(folders, [&](const auto& environment) {
           return std::make_unique<WorkerProcess>(worker, environment, signals, offspring);
         })) {
      lines.push_back(line_of(plugin));
    }
  } catch (const Interrupted& interrupt) {
    return interrupt.signal == SIGINT ? ExitCode::kInterrupted : ExitCode::kTerminated;
  }
  for (const ShippedSuite& suite : shipped_suites(suites_folder())) {
    lines.push_back({"suite", suite.name, suite.summary});
  }
  write_stdout(options.json ? json_of(lines) : text_of(lines));
  return ExitCode::kOk;
}

}  // namespace ndbench
