#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "core/json_number.h"
#include "core/record_json.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

using nlohmann::json;

std::uint64_t seed(const json& text) {
  const auto& digits = text.get_ref<const std::string&>();
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, value, 16).ptr != end) {
    throw Error(fmt::format("the seed '{}' is no hexadecimal number", digits));
  }
  return value;
}

std::map<std::string, ParameterValue> values(const json& object) {
  std::map<std::string, ParameterValue> result;
  for (const auto& [name, value] : object.items()) {
    if (value.is_boolean()) {
      result[name] = value.get<bool>();
    } else if (value.is_number_integer()) {
      result[name] = value.get<std::int64_t>();
    } else if (value.is_string()) {
      result[name] = value.get<std::string>();
    } else {
      result[name] = number(value);
    }
  }
  return result;
}

Slice slice(const json& object) {
  return {.name = object.at("name"),
          .examples = WholeNumber(object, "examples"),
          .decisions = WholeNumber(object, "decisions"),
          .correct = WholeNumber(object, "correct"),
          .positives = WholeNumber(object, "positives"),
          .false_negatives = WholeNumber(object, "false_negatives"),
          .negatives = WholeNumber(object, "negatives"),
          .false_positives = WholeNumber(object, "false_positives")};
}

Evaluation evaluation(const json& object) {
  Evaluation result{.metric = object.at("metric"),
                    .value = number(object.at("value")),
                    .higher_is_better = object.at("higher_is_better"),
                    .examples = WholeNumber(object, "examples")};
  const json other = object.value("other", json::object());  // outlives the loop over it
  for (const auto& [name, value] : other.items()) {
    result.other[name] = number(value);
  }
  for (const json& one : object.value("slices", json::array())) {
    result.slices.push_back(slice(one));
  }
  return result;
}

HostLoad host(const json& object) {
  HostLoad load;
  load.window_seconds = object.at("window_seconds");
  load.steal_share = number(object.at("steal_share"));
  load.others_cores = number(object.at("others_cores"));
  load.frequency = number(object.at("frequency"));
  if (object.contains("runnable")) load.runnable = whole_number<int>(object.at("runnable"));
  load.gpu_slowdown = object.value("gpu_slowdown", "");
  load.gpu_others = whole_number(object, "gpu_others", 0);
  if (object.contains("gpu_clock")) load.gpu_clock = object.at("gpu_clock").get<double>();
  return load;
}

MeasuredBlock block(const json& object) {
  MeasuredBlock result;
  result.cpu_seconds = object.at("cpu_seconds");
  result.run_queue_seconds = number(object.at("run_queue_seconds"));
  result.device_seconds = number(object.value("device_seconds", json()));
  result.host = host(object);
  result.disturbed = object.value("disturbed", "");
  result.times_before = whole_number(object, "measured_again", 0);
  if (object.contains("losses")) result.losses = numbers(object.at("losses"));
  return result;
}

void read_steps(const json& object, Record& record) {
  record.warmup_steps = WholeNumber(object, "warmup_steps");
  record.steps = {.seconds = numbers(object.at("step_seconds")),
                  .losses = numbers(object.at("losses")),
                  .cpu_seconds = object.at("cpu_seconds"),
                  .batch_size = WholeNumber(object, "batch_size"),
                  .run_queue_seconds = number(object.at("run_queue_seconds")),
                  .device_seconds = number(object.value("device_seconds", json()))};
  auto next = record.steps.seconds.begin();
  for (const json& one : object.at("blocks")) {
    const auto steps = whole_number<std::ptrdiff_t>(one.at("steps"));
    if (steps < 0 || steps > record.steps.seconds.end() - next) {
      throw Error("its blocks have more steps than there are times");
    }
    MeasuredBlock read = block(one);
    read.block = static_cast<int>(record.blocks.size());
    read.seconds.assign(next, next + steps);
    next += steps;
    record.blocks.push_back(std::move(read));
  }
  for (const json& one : object.value("discarded_blocks", json::array())) {
    MeasuredBlock read = block(one);
    read.block = WholeNumber(one, "block");
    read.seconds = numbers(one.at("step_seconds"));
    record.discarded.push_back(std::move(read));
  }
}

EpochSample epoch(const json& object) {
  return {.train_seconds = object.at("train_seconds"),
          .input_seconds = object.at("input_seconds"),
          .evaluate_seconds = object.at("evaluate_seconds"),
          .cpu_seconds = object.at("cpu_seconds"),
          .examples = WholeNumber(object, "examples"),
          .loss = number(object.at("loss")),
          .evaluation = evaluation(object.at("evaluation")),
          .run_queue_seconds = number(object.at("run_queue_seconds")),
          .trace_seconds = object.at("trace_seconds")};
}

void read_epochs(const json& object, Record& record) {
  for (const json& one : object.at("epochs")) {
    record.epochs.push_back(epoch(one));
    if (!one.contains("window_seconds")) continue;
    const EpochSample& sample = record.epochs.back();
    record.blocks.push_back({.block = static_cast<int>(record.epochs.size()) - 1,
                             .seconds = {sample.train_seconds + sample.evaluate_seconds},
                             .cpu_seconds = sample.cpu_seconds,
                             .run_queue_seconds = sample.run_queue_seconds,
                             .host = host(one),
                             .disturbed = one.value("disturbed", "")});
  }
}

Outcome outcome(const json& object) {
  const std::string status = object.at("status");
  Outcome result;
  if (status == to_string(Status::kPassed)) return result;
  result.status = status == to_string(Status::kSkipped) ? Status::kSkipped : Status::kFailed;
  result.reason = object.at("reason");
  result.phase = object.value("phase", "");
  result.output = object.value("output", "");
  result.exit_code = static_cast<ExitCode>(whole_number(object, "exit_code", 0));
  return result;
}

PluginFile plugin(const json& object, PluginKind kind, const std::string& name) {
  return {kind, name, object.at("path"), object.at("hash")};
}

Record read(const json& object, const Cell& cell) {
  Record record;
  record.cell = cell;
  record.replica = WholeNumber(object, "replica");
  record.jobs = WholeNumber(object, "jobs");
  record.outcome = outcome(object.at("outcome"));
  const json& seeds = object.at("seeds");
  record.seeds = {.init = seed(seeds.at("init")),
                  .order = seed(seeds.at("order")),
                  .augment = seed(seeds.at("augment")),
                  .dropout = seed(seeds.at("dropout"))};
  record.parameters = Parameters(values(object.at("parameters")));
  record.tooling = values(object.at("tooling"));
  record.in_force = object.at("in_force");
  record.libraries = object.at("libraries");
  record.environment = object.at("environment");
  record.load_average = object.at("load_average");
  record.round_seconds = object.at("round_seconds");
  record.prepare_seconds = object.value("prepare_seconds", 0.0);
  record.peak_memory_bytes = whole_number(object, "peak_memory_bytes", std::int64_t{0});
  record.peak_device_memory_bytes =
      whole_number(object, "peak_device_memory_bytes", std::int64_t{0});
  record.state.hash = object.value("state_hash", "");
  if (object.contains("plugins")) {
    const json& plugins = object.at("plugins");
    record.model_plugin = plugin(plugins.at("model"), PluginKind::kModel, cell.model.plugin);
    record.backend_plugin =
        plugin(plugins.at("backend"), PluginKind::kBackend, cell.backend.plugin);
  }
  for (const json& attempt : object.value("attempts", json::array())) {
    record.attempts.push_back(outcome(attempt));
  }
  const json left = object.value("left_processes", json::object());  // outlives the loop over it
  for (const auto& [name, count] : left.items()) {
    record.left_processes[name] = whole_number<int>(count);
  }
  if (object.contains("samples")) {
    const bool is_step = cell.scope == ScopeKind::kStep;
    (is_step ? read_steps : read_epochs)(object.at("samples"), record);
  }
  return record;
}

}  // namespace

Record record_from_json(const json& object, const Cell& cell) {
  try {
    const auto version = whole_number(object, "version", 0);
    if (version == kRecordVersion) return read(object, cell);
    throw Error(
        fmt::format("a record of version {}, this program goes on with version {}; use the ndbench "
                    "that measured it",
                    version, kRecordVersion));
  } catch (const json::exception& error) {
    throw Error(fmt::format("a record is not as it should be: {}", error.what()));
  }
}

}  // namespace ndbench
