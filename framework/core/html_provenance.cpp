#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "core/facts.h"
#include "core/html_elements.h"
#include "core/html_sections.h"

namespace ndbench {
namespace {

using nlohmann::json;

constexpr std::size_t kMostSeeds = 1000;

/// What the run's first line says of itself, and of build and machine.
TextTable facts(const MeasuredRun& run) {
  TextTable table{.header = {"fact", "value"}};
  for (const char* name : {"run", "started", "command", "folder"}) {
    table.rows.push_back({name, fact_text(run.header.value(name, json("")))});
  }
  const json provenance = run.header.at("provenance");
  for (const auto& [name, value] : provenance.items()) {
    if (name == "environment" && value.is_object()) {
      for (const auto& [variable, setting] : value.items()) {
        table.rows.push_back({"environment: " + variable, fact_text(setting)});
      }
    } else if (!run.header.contains(name)) {
      table.rows.push_back({name, fact_text(value)});
    }
  }
  return table;
}

TextTable files(const MeasuredRun& run) {
  TextTable table{.header = {"program or plugin", "XXH3-128", "file"}};
  const json programs = run.header.value("programs", json::object());
  for (const auto& [name, hash] : programs.items()) {
    table.rows.push_back({name, fact_text(hash), ""});
  }
  const json plugins = run.header.value("plugins", json::object());
  for (const auto& [name, plugin] : plugins.items()) {
    if (!plugin.is_object()) continue;
    table.rows.push_back({name, fact_text(plugin.value("hash", json(""))),
                          fact_text(plugin.value("file", json("")))});
  }
  return table;
}

/// What the workers said of themselves, each value with the benchmarks that had it.
TextTable settings(const MeasuredRun& run) {
  std::map<std::tuple<std::string, std::string, std::string>, std::set<std::string>> values;
  std::set<std::string> all;
  for (const Record& record : run.records) {
    const std::string name = record.cell.name();
    all.insert(name);
    const auto add = [&](const char* kind, const std::map<std::string, std::string>& of_kind) {
      for (const auto& [key, value] : of_kind) values[{kind, key, value}].insert(name);
    };
    add("library", record.libraries);
    add("in force", record.in_force);
    add("environment", record.environment);
  }
  TextTable table{.header = {"in the workers", "value", "benchmarks"}};
  for (const auto& [key, benchmarks] : values) {
    const auto& [kind, name, value] = key;
    std::string who = "all";
    if (benchmarks.size() < all.size()) {
      who = *benchmarks.begin();
      if (benchmarks.size() > 1) who += fmt::format(" and {} more", benchmarks.size() - 1);
    }
    table.rows.push_back({fmt::format("{}: {}", kind, name), value, who});
  }
  return table;
}

TextTable commands(const MeasuredRun& run) {
  TextTable table{.header = {"benchmarks", "measured again by"}};
  for (const GroupSummary& group : run.summary.groups) {
    table.rows.push_back({group.name, run.command_for(group.name)});
  }
  return table;
}

TextTable seeds(const MeasuredRun& run) {
  TextTable table{
      .header = {"benchmark", "replica", "init", "order", "augment", "dropout", "final state"}};
  for (const Record& record : run.records) {
    if (table.rows.size() == kMostSeeds) break;
    const auto digits = [](std::uint64_t seed) { return fmt::format("{:016x}", seed); };
    table.rows.push_back({record.cell.name(), fmt::format("{}", record.replica),
                          digits(record.seeds.init), digits(record.seeds.order),
                          digits(record.seeds.augment), digits(record.seeds.dropout),
                          record.state.hash});
  }
  return table;
}

}  // namespace

HtmlSection provenance_section(const Report& report) {
  const MeasuredRun& run = report.run;
  HtmlSection section{"provenance", "Provenance", ""};
  section.html = html_table(commands(run), "The commands that reproduce each group of numbers");
  section.html += html_fold("Run, build and machine", html_table(facts(run), "As recorded"));
  section.html += html_fold("Programs and plugins", html_table(files(run), "By their hashes"));
  section.html += html_fold("Libraries and settings",
                            html_table(settings(run), "As read back in the worker processes"));
  std::string rows = html_table(seeds(run), "Seeds, and the hash of the state at the end");
  const std::string text = drawn_text(std::min(kMostSeeds, run.records.size()), run.records.size());
  if (!text.empty()) rows += html_paragraph("The others are in journal.jsonl.");
  section.html += html_fold("Seeds and final states of each replica", rows);
  return section;
}

}  // namespace ndbench
