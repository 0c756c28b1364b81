#include "core/committed_states.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/durable_file.h"
#include "core/json_number.h"
#include "core/json_text.h"
#include "core/printable.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kVersion = 1;
constexpr char kType[] = "state hashes";

/// What a file says; no states where it is of another text of the suite.
struct CommittedStates {
  bool is_of_suite = false;
  std::map<std::string, std::string> states{};  ///< by name of the benchmark
};

CommittedStates read_states(const fs::path& file, const JudgedRun& run, const std::string& target) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  try {
    const json object = json::parse(text.str());
    if (object.at("type") != kType || object.at("target") != target) {
      throw Error(fmt::format("it has no state hashes of target {}", target));
    }
    if (const int version = WholeNumber(object, "version"); version != kVersion) {
      throw Error(fmt::format("it is of version {}, this program knows {}", version, kVersion));
    }
    if (object.at("suite_hash") != run.suite_hash) return {};
    return {true, object.at("states").get<std::map<std::string, std::string>>()};
  } catch (const json::exception& error) {
    throw ResultsError(fmt::format("'{}': {}; ndbench gate --write_hashes writes it again",
                                   printable(file.string()), printable(error.what(), 400)));
  } catch (const ResultsError&) {
    throw;
  } catch (const Error& error) {
    throw ResultsError(fmt::format("'{}': {}; ndbench gate --write_hashes writes it again",
                                   printable(file.string()), error.what()));
  }
}

std::set<std::string> targets_of(const std::vector<BenchmarkHistory>& benchmarks) {
  std::set<std::string> targets;
  for (const BenchmarkHistory& benchmark : benchmarks) {
    if (!fixed_state(benchmark.nights.back(), benchmark.mode).empty()) {
      targets.insert(benchmark.target);
    }
  }
  return targets;
}

}  // namespace

fs::path committed_states_file(const fs::path& folder, const JudgedRun& run,
                               const std::string& target) {
  std::string suite = run.suite;
  for (char& character : suite) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(character)) != 0 ||
                          character == '_' || character == '-';
    if (!is_plain) character = '_';
  }
  return folder / fmt::format("{}-{}.json", suite, target);
}

std::vector<StateHistory> committed_states_of(const std::vector<BenchmarkHistory>& benchmarks,
                                              const JudgedRun& run, const fs::path& folder,
                                              std::vector<std::string>& unjudged) {
  std::vector<StateHistory> histories;
  for (const std::string& target : targets_of(benchmarks)) {
    const fs::path file = committed_states_file(folder, run, target);
    if (!fs::exists(file)) {
      unjudged.push_back(fmt::format("no state hashes are committed for target {}", target));
      continue;
    }
    const CommittedStates committed = read_states(file, run, target);
    if (!committed.is_of_suite) {
      unjudged.push_back(fmt::format(
          "the state hashes committed for target {} are of another text of the suite", target));
    }
    std::set<std::string> missing;
    for (const auto& [name, state] : committed.states) missing.insert(name);
    for (const BenchmarkHistory& benchmark : benchmarks) {
      const std::string now = fixed_state(benchmark.nights.back(), benchmark.mode);
      const auto before = committed.states.find(benchmark.name);
      if (benchmark.target != target || now.empty()) continue;
      if (before == committed.states.end()) {
        if (committed.is_of_suite) {
          unjudged.push_back(fmt::format("no state hash is committed for {}", benchmark.name));
        }
        continue;
      }
      missing.erase(benchmark.name);
      histories.push_back({.name = benchmark.name,
                           .target = target,
                           .before = before->second,
                           .now = now,
                           .commit_before = "",
                           .is_committed = true});
    }
    for (const std::string& name : missing) {
      unjudged.push_back(fmt::format(
          "{}: its state hash is committed, but this run has no one state of it", name));
    }
  }
  return histories;
}

std::vector<fs::path> write_committed_states(const std::vector<BenchmarkHistory>& benchmarks,
                                             const JudgedRun& run, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw_results_error("make the folder", folder, error.value());
  std::vector<fs::path> files;
  for (const std::string& target : targets_of(benchmarks)) {
    const fs::path file = committed_states_file(folder, run, target);
    // What this run did not measure stays as it was accepted.
    json states = fs::exists(file) ? json(read_states(file, run, target).states) : json::object();
    for (const BenchmarkHistory& benchmark : benchmarks) {
      const std::string state = fixed_state(benchmark.nights.back(), benchmark.mode);
      if (benchmark.target == target && !state.empty()) states[benchmark.name] = state;
    }
    files.push_back(file);
    const json object{{"type", kType},      {"version", kVersion},
                      {"suite", run.suite}, {"suite_hash", run.suite_hash},
                      {"target", target},   {"commit", run.commit},
                      {"run", run.run},     {"states", std::move(states)}};
    write_file(files.back(), json_text(object, 2) + "\n");
  }
  return files;
}

}  // namespace ndbench
