#include "core/suite.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <map>

#include "core/content_hash.h"
#include "core/knob_modes.h"
#include "core/name.h"
#include "core/suite_modes.h"
#include "core/suite_table.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr std::size_t kMostCells = 100'000;
constexpr std::size_t kMostChoices = 10'000;

std::string read_plugin(const TableReader& table, const std::string& name) {
  std::string plugin = table.string("plugin", name);
  if (!is_plugin_name(plugin)) {
    table.fail(table.position(table.has("plugin") ? "plugin" : "name"),
               fmt::format("'{}' cannot be a plugin; set plugin to a name of up to {} of a-z, 0-9 "
                           "and '_', starting with a letter",
                           printable(plugin), kLongestName));
  }
  return plugin;
}

/// One model for each choice of a parameter that is an array, and that choice in its name.
std::vector<ModelEntry> expand(const TableReader& table, const ModelEntry& model) {
  std::vector<ModelEntry> models{model};
  for (const std::vector<GivenParameter>& choices : table.parameters_except({"name", "plugin"})) {
    if (models.size() * choices.size() > kMostChoices) {
      table.fail(
          choices.front().position,
          fmt::format("'{}' makes {} models of '{}', more than {}; split it", choices.front().name,
                      models.size() * choices.size(), model.name, kMostChoices));
    }
    std::vector<ModelEntry> expanded;
    for (const ModelEntry& before : models) {
      for (const GivenParameter& choice : choices) {
        ModelEntry& entry = expanded.emplace_back(before);
        entry.parameters.push_back(choice);
        if (!choice.is_choice) continue;
        entry.name += "." + text_of(choice.value);
        if (!is_name(entry.name)) table.fail(choice.position, bad_name(entry.name));
      }
    }
    models = std::move(expanded);
  }
  return models;
}

std::vector<ModelEntry> read_models(const TableReader& root) {
  std::vector<ModelEntry> models;
  UniqueNames unique(root, "model");
  for (const TableReader& table : root.tables("model")) {
    ModelEntry model{.name = read_name(table), .plugin = {}, .parameters = {}, .position = {}};
    model.plugin = read_plugin(table, model.name);
    model.position = table.position();
    for (ModelEntry& entry : expand(table, model)) {
      unique.add(entry.name, table.position("name"));
      models.push_back(std::move(entry));
    }
  }
  if (models.empty()) root.fail("no model; add a [[model]] table with a name");
  return models;
}

std::vector<BackendEntry> read_backends(const TableReader& root) {
  std::vector<BackendEntry> backends;
  UniqueNames unique(root, "backend");
  for (const TableReader& table : root.tables("backend")) {
    table.accept_only({"name", "plugin", "threads", "device", "shards", "required"});
    BackendEntry backend{.name = read_name(table), .plugin = {}, .position = {}};
    backend.plugin = read_plugin(table, backend.name);
    backend.threads = table.count("threads", 0, 1, 1024);
    backend.device = table.count("device", 0, 0, 63);
    backend.shards = table.count("shards", 0, 1, 64);
    backend.required = table.boolean("required", false);
    backend.position = table.position();
    unique.add(backend.name, table.position("name"));
    backends.push_back(std::move(backend));
  }
  if (backends.empty()) root.fail("no backend; add a [[backend]] table with a name");
  return backends;
}

StepScope read_step(const TableReader& table, const std::vector<Mode>& modes) {
  table.accept_only(
      {"replicas", "steps", "warmup", "blocks", "precision", "time_cap", "cost_by_knob"});
  StepScope step;
  step.replicas = table.count("replicas", step.replicas, 1, 100'000);
  step.steps = table.count("steps", step.steps, 1, 1'000'000);
  step.warmup = table.count("warmup", step.warmup, 0, 1'000'000);
  step.blocks = table.count("blocks", std::min(step.blocks, step.steps), 1, 1'000'000);
  if (step.blocks > step.steps) {
    table.fail(table.position("blocks"),
               fmt::format("'blocks' is {}, more than the {} steps; a block needs a step",
                           step.blocks, step.steps));
  }
  step.precision = table.number("precision", step.precision, kFinestPrecision, kCoarsestPrecision);
  step.time_cap = table.number("time_cap", step.time_cap, kShortestTimeCap, kLongestTimeCap);
  step.cost_by_knob = read_cost_by_knob(table, modes);
  return step;
}

/// How many modes the cost by knob adds to the step.
std::size_t parts_in(const Suite& suite) {
  if (!suite.step) return 0;
  std::size_t count = 0;
  const Mode& reference = suite.modes[reference_mode(suite.modes)];
  for (const std::string& name : suite.step->cost_by_knob) {
    const auto mode = std::find_if(suite.modes.begin(), suite.modes.end(),
                                   [&](const Mode& listed) { return listed.name == name; });
    count += knob_modes(reference, *mode).size();
  }
  return count;
}

EpochScope read_epoch(const TableReader& table) {
  table.accept_only({"replicas", "epochs", "target"});
  EpochScope epoch;
  epoch.replicas = table.count("replicas", epoch.replicas, 1, 100'000);
  epoch.epochs = table.count("epochs", epoch.epochs, 1, 100'000);
  epoch.target = table.number("target");
  return epoch;
}

ParityCheck read_parity(const TableReader& table) {
  using When = ParityCheck::When;
  static const std::map<std::string, When> known{
      {"compared", When::kCompared}, {"always", When::kAlways}, {"never", When::kNever}};
  table.accept_only({"check", "step"});
  ParityCheck parity;
  const std::string check = table.string("check", "compared");
  const auto found = known.find(check);
  if (found == known.end()) {
    const std::vector<std::string> names{"compared", "always", "never"};
    table.fail(table.position("check"),
               fmt::format("'check' is '{}'{}; it must be one of {}", printable(check),
                           did_you_mean(check, names), quoted(names)));
  }
  parity.when = found->second;
  parity.step = table.count("step", parity.step, 1, 1000);
  return parity;
}

/// "1.5GB" in bytes: decimal units, as memory is sold, or binary ones (GiB).
std::int64_t read_memory(const TableReader& table) {
  static const std::vector<std::pair<std::string, double>> units{
      {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40},
      {"kB", 1e3},     {"MB", 1e6},     {"GB", 1e9},     {"TB", 1e12}};
  constexpr double kLeast = 1e6;
  constexpr double kMost = 1e15;
  const std::string text = table.string("memory", "");
  if (!table.has("memory")) return 0;
  double number = 0.0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(rest, text.data() + text.size());
  const auto found = std::find_if(units.begin(), units.end(),
                                  [&](const auto& known) { return known.first == unit; });
  const double bytes = found == units.end() ? 0.0 : number * found->second;
  if (error != std::errc{} || !(bytes >= kLeast && bytes <= kMost)) {
    table.fail(table.position("memory"),
               fmt::format("'memory' is '{}'; it must be a number and one of kB, MB, GB, TB, KiB, "
                           "MiB, GiB, TiB, from 1MB to 1000TB: memory = \"2GB\"",
                           printable(text)));
  }
  return static_cast<std::int64_t>(bytes);
}

WorkerLimits read_limits(const TableReader& table) {
  const std::vector<std::string> phases{"load",     "describe", "prepare", "train",
                                        "evaluate", "hash",     "teardown"};
  std::vector<std::string> keys = phases;
  keys.insert(keys.end(), {"memory", "processes", "retries"});
  table.accept_only(keys);
  WorkerLimits limits;
  for (const std::string& phase : phases) {
    if (table.has(phase)) limits.seconds[phase] = table.number(phase, 0.0, 0.001, 1e6);
  }
  limits.memory_bytes = read_memory(table);
  limits.processes = table.count("processes", limits.processes, 0, 100'000);
  limits.retries = table.count("retries", limits.retries, 0, 100);
  return limits;
}

std::string read_suite_name(const TableReader& root, const std::filesystem::path& file) {
  const std::string name = root.string("name", file.stem().string());
  if (is_name(name)) return name;
  if (root.has("name")) root.fail(root.position("name"), bad_name(name));
  root.fail(
      fmt::format("the file's name gives the suite none: {}; or set name = \"…\"", bad_name(name)));
}

}  // namespace

std::string Position::text() const {
  const std::string name = printable(file, std::string::npos);
  return line == 0 ? name : fmt::format("{}:{}:{}", name, line, column);
}

Suite read_suite(const std::filesystem::path& file) {
  return parse_suite(read_suite_bytes(file), file);
}

Suite parse_suite(std::string_view bytes, const std::filesystem::path& file) {
  const SuiteText text(bytes, file);
  const toml::table table = parse_toml(text);
  const TableReader root(text, table, "the suite", text.position(0, 0));
  root.accept_only(
      {"name", "seed", "modes", "mode", "step", "epoch", "backend", "model", "parity", "limits"});

  Suite suite;
  suite.name = read_suite_name(root, file);
  suite.file = file;
  suite.text = bytes;
  suite.hash = content_hash(bytes);
  suite.seed = static_cast<std::uint64_t>(
      root.integer("seed", 0, 0, std::numeric_limits<std::int64_t>::max()));
  suite.modes = read_modes(root);
  suite.models = read_models(root);
  suite.backends = read_backends(root);
  if (const auto step = root.table("step")) suite.step = read_step(*step, suite.modes);
  if (const auto epoch = root.table("epoch")) suite.epoch = read_epoch(*epoch);
  if (const auto parity = root.table("parity")) suite.parity = read_parity(*parity);
  if (const auto limits = root.table("limits")) suite.limits = read_limits(*limits);
  if (!suite.step && !suite.epoch) {
    root.fail("nothing to measure; add a [step] or an [epoch] table");
  }
  const std::size_t cells_of_pair = (suite.step ? suite.modes.size() : 0) +
                                    (suite.epoch ? suite.modes.size() : 0) + parts_in(suite);
  const std::size_t cells = suite.models.size() * suite.backends.size() * cells_of_pair;
  if (cells > kMostCells) {
    root.fail(fmt::format("{} cells (models × backends × modes × scopes), more than {}; split it",
                          cells, kMostCells));
  }
  return suite;
}

}  // namespace ndbench
