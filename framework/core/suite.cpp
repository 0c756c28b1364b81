#include "core/suite.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <limits>
#include <map>

#include "core/name.h"
#include "core/suite_table.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr std::size_t kMostCells = 100'000;

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

Mode read_mode(const TableReader& table) {
  static const std::map<std::string, bool Mode::*> factors{{"init", &Mode::init},
                                                           {"order", &Mode::order},
                                                           {"augment", &Mode::augment},
                                                           {"dropout", &Mode::dropout}};
  table.accept_only({"name", "varies", "deterministic"});
  Mode mode{.name = read_name(table)};
  if (table.has("deterministic"))
    mode.tooling["deterministic"] = table.boolean("deterministic", false);
  for (const auto& [factor, at] : table.strings("varies")) {
    const auto found = factors.find(factor);
    if (found == factors.end()) {
      const std::vector<std::string> known{"init", "order", "augment", "dropout"};
      table.fail(at, fmt::format("'{}' is no factor that varies{}; known: {}", printable(factor),
                                 did_you_mean(factor, known), quoted(known)));
    }
    if (mode.*found->second) {
      table.fail(at, fmt::format("factor '{}' is listed twice; delete one", factor));
    }
    mode.*found->second = true;
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
  for (const TableReader& table : root.tables("mode")) {
    const Mode mode = read_mode(table);
    const Position at = table.position("name");
    for (const Mode& built_in : built_in_modes()) {
      if (built_in.name == mode.name) {
        table.fail(at, fmt::format("mode '{}' is built in; give this one another name", mode.name));
      }
    }
    unique.add(mode.name, at);
    defined.push_back({mode, at});
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

std::vector<ModelEntry> read_models(const TableReader& root) {
  std::vector<ModelEntry> models;
  UniqueNames unique(root, "model");
  for (const TableReader& table : root.tables("model")) {
    ModelEntry model{.name = read_name(table), .plugin = {}, .parameters = {}, .position = {}};
    model.plugin = read_plugin(table, model.name);
    model.parameters = table.parameters_except({"name", "plugin"});
    model.position = table.position();
    unique.add(model.name, table.position("name"));
    models.push_back(std::move(model));
  }
  if (models.empty()) root.fail("no model; add a [[model]] table with a name");
  return models;
}

std::vector<BackendEntry> read_backends(const TableReader& root) {
  std::vector<BackendEntry> backends;
  UniqueNames unique(root, "backend");
  for (const TableReader& table : root.tables("backend")) {
    table.accept_only({"name", "plugin", "threads", "required"});
    BackendEntry backend{.name = read_name(table), .plugin = {}, .position = {}};
    backend.plugin = read_plugin(table, backend.name);
    backend.threads = table.count("threads", 0, 1, 1024);
    backend.required = table.boolean("required", false);
    backend.position = table.position();
    unique.add(backend.name, table.position("name"));
    backends.push_back(std::move(backend));
  }
  if (backends.empty()) root.fail("no backend; add a [[backend]] table with a name");
  return backends;
}

StepScope read_step(const TableReader& table) {
  table.accept_only({"replicas", "steps", "warmup", "blocks"});
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
  return step;
}

EpochScope read_epoch(const TableReader& table) {
  table.accept_only({"replicas", "epochs"});
  EpochScope epoch;
  epoch.replicas = table.count("replicas", epoch.replicas, 1, 100'000);
  epoch.epochs = table.count("epochs", epoch.epochs, 1, 100'000);
  return epoch;
}

std::string read_suite_name(const TableReader& root, const std::filesystem::path& file) {
  const std::string name = root.string("name", file.stem().string());
  if (is_name(name)) return name;
  if (root.has("name")) root.fail(root.position("name"), bad_name(name));
  root.fail(
      fmt::format("the file's name gives the suite none: {}; or set name = \"…\"", bad_name(name)));
}

std::string xxh3_128_hex(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  return fmt::format("{:02x}", fmt::join(canonical.digest, ""));
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
  root.accept_only({"name", "seed", "modes", "mode", "step", "epoch", "backend", "model"});

  Suite suite;
  suite.name = read_suite_name(root, file);
  suite.file = file;
  suite.hash = xxh3_128_hex(bytes);
  suite.seed = static_cast<std::uint64_t>(
      root.integer("seed", 0, 0, std::numeric_limits<std::int64_t>::max()));
  suite.modes = read_modes(root);
  suite.models = read_models(root);
  suite.backends = read_backends(root);
  if (const auto step = root.table("step")) suite.step = read_step(*step);
  if (const auto epoch = root.table("epoch")) suite.epoch = read_epoch(*epoch);
  if (!suite.step && !suite.epoch) {
    root.fail("nothing to measure; add a [step] or an [epoch] table");
  }
  const std::size_t scopes = (suite.step ? 1U : 0U) + (suite.epoch ? 1U : 0U);
  const std::size_t cells =
      suite.models.size() * suite.backends.size() * suite.modes.size() * scopes;
  if (cells > kMostCells) {
    root.fail(fmt::format("{} cells (models × backends × modes × scopes), more than {}; split it",
                          cells, kMostCells));
  }
  return suite;
}

}  // namespace ndbench
