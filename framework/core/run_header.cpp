#include "core/run_header.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "core/command_line.h"
#include "core/content_hash.h"
#include "core/installation.h"
#include "core/journal_line.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What of the machine must be the same for a run to go on.
constexpr const char* kMachine[] = {"cpu_model", "cpu_flags", "cores", "hardware_threads"};

/// "NVIDIA H200 with driver 580.1", of each GPU. Power limits and the like may change.
json gpu_names(const json& provenance) {
  json names = json::array();
  for (const json& gpu : provenance.at("gpus")) {
    names.push_back(fmt::format("{} with driver {}", gpu.at("name").get<std::string>(),
                                gpu.at("driver").get<std::string>()));
  }
  return names;
}

std::string random_name() {
  std::random_device random;
  std::string name;
  for (int word = 0; word < 4; ++word) name += fmt::format("{:08x}", random());
  return name;
}

std::string now() { return fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr))); }

json plugin(const RosterEntry& entry) {
  json object{{"file", entry.file.path}};
  if (!entry.file.hash.empty()) object["hash"] = entry.file.hash;
  return object;
}

/// "the program 'ndbench_worker' has changed", by name.
std::string changed(const char* kind, const json& recorded, const json& now) {
  for (const auto& [name, value] : recorded.items()) {
    if (!now.contains(name)) return fmt::format("the {} '{}' is gone", kind, name);
    if (now.at(name) != value) return fmt::format("the {} '{}' has changed", kind, name);
  }
  for (const auto& [name, value] : now.items()) {
    if (!recorded.contains(name)) return fmt::format("the {} '{}' is new", kind, name);
  }
  return "";
}

}  // namespace

json run_header(const Suite& suite, const Plan& plan, const Roster& roster,
                const std::vector<std::string>& arguments, const json& provenance) {
  json cells = json::array();
  for (const Cell& cell : plan.cells) {
    cells.push_back({{"name", cell.name()}, {"replicas", plan.replicas(cell)}});
  }
  json plugins = json::object();
  for (const auto& [name, entry] : roster.models) plugins["model " + name] = plugin(entry);
  for (const auto& [name, entry] : roster.backends) plugins["backend " + name] = plugin(entry);
  json programs = json::object();
  for (const fs::path& file : program_files()) {
    programs[file.filename().string()] = content_hash_of_file(file);
  }
  return {
      {"type", "run"},
      {"version", kJournalVersion},
      {"run", random_name()},
      {"started", provenance.at("started")},
      {"command", provenance.at("command")},
      {"arguments", arguments},
      {"folder", fs::current_path().string()},
      {"suite",
       {{"name", suite.name}, {"hash", suite.hash}, {"file", fs::absolute(suite.file).string()}}},
      {"plan", std::move(cells)},
      {"programs", std::move(programs)},
      {"plugins", std::move(plugins)},
      {"provenance", provenance}};
}

json resume_line(const json& provenance) {
  return {{"type", "resume"}, {"started", now()}, {"provenance", provenance}};
}

json end_line(bool complete, const ExitCodes& codes) {
  return {{"type", "end"}, {"ended", now()}, {"complete", complete}, {"exit_codes", codes.all()}};
}

std::vector<std::string> place_flags(const json& header) {
  std::vector<std::string> flags;
  try {
    const auto arguments = header.at("arguments").get<std::vector<std::string>>();
    const fs::path folder = header.at("folder").get<std::string>();
    const CommandLine line = parse_command_line(arguments);
    const auto add = [&](const char* flag, const std::string& paths) {
      std::string absolute;
      std::istringstream words(paths);
      for (std::string path; std::getline(words, path, ':');) {
        absolute += (absolute.empty() ? "" : ":") + (folder / path).lexically_normal().string();
      }
      if (!absolute.empty()) flags.push_back(std::string(flag) + "=" + absolute);
    };
    add("--plugin_path", line.plugin_path);
    add("--data_path", line.data_path);
  } catch (const Error&) {
    return {};  // of another version's flags
  } catch (const json::exception&) {
    return {};
  }
  return flags;
}

std::string difference_of(const json& recorded, const json& now) {
  if (recorded.at("suite").at("hash") != now.at("suite").at("hash")) {
    return fmt::format("the suite '{}' has changed",
                       recorded.at("suite").at("file").get<std::string>());
  }
  if (auto words = changed("program", recorded.at("programs"), now.at("programs"));
      !words.empty()) {
    return words;
  }
  if (auto words = changed("plugin", recorded.at("plugins"), now.at("plugins")); !words.empty()) {
    return words;
  }
  if (auto words = changed("variable", recorded.at("provenance").at("environment"),
                           now.at("provenance").at("environment"));
      !words.empty()) {
    return words;
  }
  for (const char* fact : kMachine) {
    const json& before = recorded.at("provenance").at(fact);
    const json& after = now.at("provenance").at(fact);
    if (before == after) continue;
    if (before.is_structured()) return fmt::format("the machine's {} are others", fact);
    return fmt::format("the machine's {} was {}, now it is {}", fact, before.dump(), after.dump());
  }
  const json gpus_before = gpu_names(recorded.at("provenance"));
  const json gpus_now = gpu_names(now.at("provenance"));
  if (gpus_before != gpus_now) {
    return fmt::format("the machine's GPUs were {}, now they are {}", gpus_before.dump(),
                       gpus_now.dump());
  }
  if (recorded.at("plan") != now.at("plan")) return "other benchmarks or replicas are selected";
  return "";
}

}  // namespace ndbench
