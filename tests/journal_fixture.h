#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/journal_line.h"

namespace ndbench {

/// Lines of journals, as ndbench_suite writes them.

/// 32 digits that tell runs apart.
inline std::string run_id(int number) { return fmt::format("{:032x}", number); }

inline nlohmann::json run_line(int number, const std::vector<std::string>& plan = {},
                               const std::string& started = "2026-11-21T22:50:01Z") {
  nlohmann::json cells = nlohmann::json::array();
  for (const std::string& name : plan) cells.push_back({{"name", name}, {"replicas", 2}});
  return {{"type", "run"},
          {"version", kJournalVersion},
          {"run", run_id(number)},
          {"started", started},
          {"suite", {{"name", "s"}, {"hash", "5eed"}, {"file", "/s.toml"}}},
          {"plan", cells},
          {"command", "ndbench_suite --suite=s"},
          {"provenance",
           {{"host_name", "h"},
            {"cpu_model", "c"},
            {"cores", 2},
            {"kernel", "k"},
            {"commit", "c0ffee"},
            {"ndbench", "0.1.0"}}}};
}

inline nlohmann::json record_line(const std::string& mode, const std::string& scope, int replica) {
  return {{"type", "record"},
          {"version", 5},
          {"name", "m/cpu/" + mode + "/" + scope},
          {"model", "m"},
          {"backend", "cpu"},
          {"mode", mode},
          {"scope", scope},
          {"replica", replica},
          {"jobs", 1},
          {"outcome", {{"status", "passed"}}},
          {"target", "f0e1d2c3b4a59687"},
          {"tooling", {{"deterministic", mode == "fixed"}}},
          {"seeds",
           {{"init", "ffffffffffffffff"},
            {"order", "0000000000000001"},
            {"augment", "0000000000000002"},
            {"dropout", "0000000000000003"}}},
          {"state_hash", fmt::format("{:032x}", mode == "fixed" ? 7 : 100 + replica)},
          {"peak_memory_bytes", 1000}};
}

inline nlohmann::json step_record(const std::string& mode, int replica,
                                  const std::vector<double>& seconds) {
  nlohmann::json line = record_line(mode, "step", replica);
  line["samples"] = {{"batch_size", 8},
                     {"step_seconds", seconds},
                     {"cpu_seconds", 4.0},
                     {"losses", {2.0, 1.5}},
                     {"blocks", {{{"steps", 2}}, {{"steps", 1}, {"disturbed", "others"}}}}};
  return line;
}

/// One epoch of 2 + 1 seconds for each quality.
inline nlohmann::json epoch_record(const std::string& mode, int replica,
                                   const std::vector<double>& qualities) {
  nlohmann::json line = record_line(mode, "epoch", replica);
  nlohmann::json& epochs = line["samples"]["epochs"] = nlohmann::json::array();
  for (const double quality : qualities) {
    epochs.push_back(
        {{"train_seconds", 2.0},
         {"evaluate_seconds", 1.0},
         {"cpu_seconds", 5.0},
         {"examples", 60},
         {"loss", 1.0 - quality},
         {"evaluation", {{"metric", "accuracy"}, {"value", quality}, {"higher_is_better", true}}}});
  }
  return line;
}

inline nlohmann::json failed_record(const std::string& mode, int replica,
                                    const std::string& reason) {
  nlohmann::json line = record_line(mode, "step", replica);
  line["outcome"] = {
      {"status", "failed"}, {"reason", reason}, {"phase", "train"}, {"exit_code", 12}};
  line.erase("state_hash");
  return line;
}

inline nlohmann::json parity_line(const std::string& status) {
  return {{"type", "parity"}, {"version", 5},           {"model", "m"},  {"backend", "onednn"},
          {"status", status}, {"precision", "float32"}, {"seconds", 1.5}};
}

inline nlohmann::json end_line(bool is_complete) {
  return {{"type", "end"}, {"complete", is_complete}, {"exit_codes", {0}}};
}

inline std::filesystem::path write_fragment(const std::filesystem::path& folder,
                                            const std::vector<nlohmann::json>& lines) {
  std::filesystem::create_directories(folder);
  std::ofstream stream(folder / "journal.jsonl", std::ios::binary);
  for (const nlohmann::json& line : lines) stream << seal(line);
  return folder;
}

}  // namespace ndbench
