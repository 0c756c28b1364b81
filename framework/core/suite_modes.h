#pragma once

// For suite.cpp alone: the modes of a suite, and the names of all that it lists.
#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "core/knob_modes.h"
#include "core/name.h"
#include "core/suite_table.h"

namespace ndbench {
namespace {

std::string bad_name(std::string_view name) {
  return fmt::format(
      "'{}' cannot be a name; use up to {} of a-z, 0-9, '_', '.' and '-', starting with a letter "
      "or digit, but not manual_time, process_time or real_time",
      printable(name), kLongestName);
}

std::string read_name(const TableReader& table) {
  std::string name = table.required_string("name");
  if (!is_name(name)) table.fail(table.position("name"), bad_name(name));
  return name;
}

/// Where each name was first seen, to refuse it the second time.
class UniqueNames {
 public:
  UniqueNames(const TableReader& reader, std::string_view noun) : reader_(&reader), noun_(noun) {}

  void add(const std::string& name, const Position& at) {
    const auto [first, is_new] = seen_.emplace(name, at);
    if (is_new) return;
    reader_->fail(
        at, fmt::format("{} '{}' is already at {}:{}; give each its own name or delete one", noun_,
                        name, first->second.line, first->second.column));
  }

 private:
  const TableReader* reader_;
  std::string_view noun_;
  std::map<std::string, Position> seen_;
};

ParameterValue read_knob(const TableReader& table, const Knob& knob) {
  using enum Knob::Kind;
  constexpr int kMostThreads = 1024;
  if (knob.kind == kSwitch) return table.boolean(knob.name, false);
  if (knob.kind == kThreads) return std::int64_t{table.count(knob.name, 1, 1, kMostThreads)};
  std::string value = table.string(knob.name, "");
  const std::vector<std::string>& choices = knob.choices;
  if (!value.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
    table.fail(table.position(knob.name),
               fmt::format("'{}' is '{}'{}; it must be one of {}, or '' for no {}", knob.name,
                           printable(value), did_you_mean(value, choices), quoted(choices),
                           knob.variable));
  }
  return value;
}

/// Sets the factors of `mode` to those that the key `varies` lists, and no others.
void read_factors(const TableReader& table, Mode& mode) {
  static const std::vector<std::pair<std::string, bool Mode::*>> factors{
      {"init", &Mode::init},       {"order", &Mode::order}, {"augment", &Mode::augment},
      {"dropout", &Mode::dropout}, {"ulp", &Mode::ulp},     {"environment", &Mode::environment}};
  for (const auto& [name, member] : factors) mode.*member = false;
  for (const auto& [factor, at] : table.strings("varies")) {
    const auto found =
        std::find_if(factors.begin(), factors.end(),
                     [&, &factor = factor](const auto& known) { return known.first == factor; });
    if (found == factors.end()) {
      std::vector<std::string> known;
      for (const auto& [name, member] : factors) known.push_back(name);
      table.fail(at, fmt::format("'{}' is no factor that varies{}; known: {}", printable(factor),
                                 did_you_mean(factor, known), quoted(known)));
    }
    if (mode.*found->second) {
      table.fail(at, fmt::format("factor '{}' is listed twice; delete one", factor));
    }
    mode.*found->second = true;
  }
}

/// @param known  modes that this one may start from.
Mode read_mode(const TableReader& table, const std::vector<Mode>& known) {
  std::vector<std::string> keys{"name", "base", "varies"};
  for (const Knob& knob : knobs()) keys.push_back(knob.name);
  table.accept_only(keys);
  Mode mode{.name = read_name(table)};
  if (table.has("base")) {
    const std::string base = table.string("base", "");
    std::vector<std::string> names;
    for (const Mode& candidate : known) names.push_back(candidate.name);
    const auto found = std::find(names.begin(), names.end(), base);
    if (found == names.end()) {
      table.fail(
          table.position("base"),
          fmt::format("unknown base '{}'{}; use a mode that is built in or defined above: {}",
                      printable(base), did_you_mean(base, names), quoted(names)));
    }
    const std::string name = mode.name;
    mode = known[static_cast<std::size_t>(found - names.begin())];
    mode.name = name;
  }
  if (table.has("varies")) read_factors(table, mode);
  for (const Knob& knob : knobs()) {
    if (!table.has(knob.name)) continue;
    mode.tooling[knob.name] = read_knob(table, knob);
    mode.demanded.insert(knob.name);
  }
  return mode;
}

struct DefinedMode {
  Mode mode;
  Position position;
};

std::vector<DefinedMode> read_defined_modes(const TableReader& root) {
  std::vector<DefinedMode> defined;
  UniqueNames unique(root, "mode");
  std::vector<Mode> known = built_in_modes();
  for (const TableReader& table : root.tables("mode")) {
    const Mode mode = read_mode(table, known);
    const Position at = table.position("name");
    for (const Mode& built_in : built_in_modes()) {
      if (built_in.name == mode.name) {
        table.fail(at, fmt::format("mode '{}' is built in; give this one another name", mode.name));
      }
    }
    unique.add(mode.name, at);
    defined.push_back({mode, at});
    known.push_back(mode);
  }
  return defined;
}

/// The modes that `modes` lists, out of those built in and those defined in the suite.
std::vector<Mode> read_modes(const TableReader& root) {
  const std::vector<DefinedMode> defined = read_defined_modes(root);
  std::map<std::string, Mode> known;
  std::vector<std::string> names;
  const auto add_known = [&](const Mode& mode) {
    known.emplace(mode.name, mode);
    names.push_back(mode.name);
  };
  for (const Mode& mode : built_in_modes()) add_known(mode);
  for (const DefinedMode& own : defined) add_known(own.mode);

  auto listed = root.strings("modes");
  if (!root.has("modes")) listed = {{"fixed", {}}, {"noisy", {}}};
  if (listed.empty()) root.fail(root.position("modes"), "no modes; list at least one");
  std::vector<Mode> modes;
  UniqueNames unique(root, "mode");
  for (const auto& [name, at] : listed) {
    const auto found = known.find(name);
    if (found == known.end()) {
      root.fail(at, fmt::format("unknown mode '{}'{}; define it in a [[mode]] table or use one of "
                                "{}",
                                printable(name), did_you_mean(name, names), quoted(names)));
    }
    unique.add(name, at);
    modes.push_back(found->second);
  }
  for (const DefinedMode& own : defined) {
    if (std::find(modes.begin(), modes.end(), own.mode) == modes.end()) {
      root.fail(own.position,
                fmt::format("mode '{}' is defined but not used; add it to 'modes'", own.mode.name));
    }
  }
  return modes;
}

/// The modes whose cost is split over their knobs, each of which differs from the reference.
std::vector<std::string> read_cost_by_knob(const TableReader& table,
                                           const std::vector<Mode>& modes) {
  std::vector<std::string> names;
  for (const Mode& mode : modes) names.push_back(mode.name);
  const Mode& reference = modes[reference_mode(modes)];
  std::vector<std::string> split;
  UniqueNames unique(table, "mode");
  for (const auto& [name, at] : table.strings("cost_by_knob")) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      table.fail(at, fmt::format("unknown mode '{}'{}; 'modes' lists {}", printable(name),
                                 did_you_mean(name, names), quoted(names)));
    }
    unique.add(name, at);
    const Mode& mode = modes[static_cast<std::size_t>(found - names.begin())];
    if (differing_knobs(reference, mode).empty()) {
      table.fail(at, fmt::format("mode '{}' has the tooling of '{}', which costs are relative to; "
                                 "there is nothing to split",
                                 name, reference.name));
    }
    if (mode.environment || reference.environment) {
      table.fail(at, fmt::format("the replicas of mode '{}' differ in their tooling; its cost "
                                 "cannot be split",
                                 mode.environment ? name : reference.name));
    }
    for (const Mode& part : knob_modes(reference, mode)) {
      if (std::find(names.begin(), names.end(), part.name) != names.end()) {
        table.fail(at, fmt::format("the cost of '{}' makes a mode '{}' of its own; give the listed "
                                   "one another name",
                                   name, part.name));
      }
    }
    split.push_back(name);
  }
  return split;
}

}  // namespace
}  // namespace ndbench
