#include "core/record_json.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/json_text.h"

namespace ndbench {
namespace {

using nlohmann::json;

/// As text: many readers of JSON keep 53 bits of a number.
std::string hexadecimal(std::uint64_t seed) { return fmt::format("{:016x}", seed); }

json to_json(const std::map<std::string, ParameterValue>& values) {
  json object = json::object();
  for (const auto& [name, value] : values) {
    std::visit([&, &key = name](const auto& held) { object[key] = held; }, value);
  }
  return object;
}

/// NaN, null in JSON, where nothing was counted.
double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                   : std::numeric_limits<double>::quiet_NaN();
}

json to_json(const Slice& slice) {
  return {{"name", slice.name},
          {"examples", slice.examples},
          {"decisions", slice.decisions},
          {"correct", slice.correct},
          {"positives", slice.positives},
          {"false_negatives", slice.false_negatives},
          {"negatives", slice.negatives},
          {"false_positives", slice.false_positives},
          {"accuracy", share(slice.correct, slice.decisions)},
          {"false_negative_rate", share(slice.false_negatives, slice.positives)},
          {"false_positive_rate", share(slice.false_positives, slice.negatives)}};
}

json to_json(const Evaluation& evaluation) {
  json object{{"metric", evaluation.metric},
              {"value", evaluation.value},
              {"higher_is_better", evaluation.higher_is_better},
              {"examples", evaluation.examples}};
  if (!evaluation.other.empty()) object["other"] = evaluation.other;
  for (const Slice& slice : evaluation.slices) object["slices"].push_back(to_json(slice));
  return object;
}

json to_json(const EpochSample& epoch) {
  return {{"train_seconds", epoch.train_seconds},
          {"input_seconds", epoch.input_seconds},
          {"evaluate_seconds", epoch.evaluate_seconds},
          {"cpu_seconds", epoch.cpu_seconds},
          {"run_queue_seconds", epoch.run_queue_seconds},
          {"examples", epoch.examples},
          {"loss", epoch.loss},
          {"evaluation", to_json(epoch.evaluation)},
          {"trace_seconds", epoch.trace_seconds}};
}

json to_json(const Outcome& outcome) {
  json object{{"status", to_string(outcome.status)}};
  if (outcome.status == Status::kPassed) return object;
  object["reason"] = outcome.reason;
  if (outcome.status == Status::kFailed) {
    object["exit_code"] = static_cast<int>(outcome.exit_code);
  }
  if (!outcome.phase.empty()) object["phase"] = outcome.phase;
  if (!outcome.output.empty()) object["output"] = outcome.output;
  return object;
}

/// What went on beside a block, and what of it disturbed.
void add_host(const MeasuredBlock& block, json& object) {
  const HostLoad& host = block.host;
  object["window_seconds"] = host.window_seconds;
  object["steal_share"] = host.steal_share;
  object["others_cores"] = host.others_cores;
  object["frequency"] = host.frequency;
  if (host.runnable) object["runnable"] = *host.runnable;
  if (!host.gpu_slowdown.empty()) object["gpu_slowdown"] = host.gpu_slowdown;
  if (host.gpu_others > 0) object["gpu_others"] = host.gpu_others;
  if (host.gpu_clock) object["gpu_clock"] = *host.gpu_clock;
  if (!block.disturbed.empty()) object["disturbed"] = block.disturbed;
}

/// The CPU, whose clock is the host's, has none of its own.
void add_device_seconds(double seconds, json& object) {
  if (!std::isnan(seconds)) object["device_seconds"] = seconds;
}

json to_json(const MeasuredBlock& block) {
  json object{{"steps", block.seconds.size()},
              {"cpu_seconds", block.cpu_seconds},
              {"run_queue_seconds", block.run_queue_seconds}};
  add_device_seconds(block.device_seconds, object);
  add_host(block, object);
  if (block.times_before > 0) {
    object["measured_again"] = block.times_before;
    object["losses"] = block.losses;
  }
  return object;
}

json to_json(const PluginFile& plugin) { return {{"path", plugin.path}, {"hash", plugin.hash}}; }

json samples(const Record& record) {
  if (record.cell.scope == ScopeKind::kStep) {
    json object{{"warmup_steps", record.warmup_steps},
                {"batch_size", record.steps.batch_size},
                {"step_seconds", record.steps.seconds},
                {"cpu_seconds", record.steps.cpu_seconds},
                {"run_queue_seconds", record.steps.run_queue_seconds},
                {"losses", record.steps.losses},
                {"blocks", json::array()}};
    add_device_seconds(record.steps.device_seconds, object);
    for (const MeasuredBlock& block : record.blocks) object["blocks"].push_back(to_json(block));
    for (const MeasuredBlock& block : record.discarded) {
      json& discarded = object["discarded_blocks"].emplace_back(to_json(block));
      discarded["block"] = block.block;
      discarded["step_seconds"] = block.seconds;
    }
    return object;
  }
  json epochs = json::array();
  for (const EpochSample& epoch : record.epochs) epochs.push_back(to_json(epoch));
  for (const MeasuredBlock& block : record.blocks) {
    add_host(block, epochs[static_cast<std::size_t>(block.block)]);
  }
  return {{"epochs", epochs}};
}

}  // namespace

json to_json(const Record& record, const std::string& target) {
  json object{{"version", kRecordVersion},
              {"type", "record"},
              {"name", record.cell.name()},
              {"model", record.cell.model.name},
              {"backend", record.cell.backend.name},
              {"mode", record.cell.mode.name},
              {"scope", record.cell.scope == ScopeKind::kStep ? "step" : "epoch"},
              {"replica", record.replica},
              {"jobs", record.jobs},
              {"outcome", to_json(record.outcome)},
              {"seeds",
               {{"init", hexadecimal(record.seeds.init)},
                {"order", hexadecimal(record.seeds.order)},
                {"augment", hexadecimal(record.seeds.augment)},
                {"dropout", hexadecimal(record.seeds.dropout)}}},
              {"parameters", to_json(record.parameters.values())},
              {"tooling", to_json(record.tooling)},
              {"load_average", record.load_average},
              {"environment", record.environment},
              {"in_force", record.in_force},
              {"libraries", record.libraries},
              {"target", target},
              {"round_seconds", record.round_seconds}};
  if (!record.model_plugin.hash.empty() && !record.backend_plugin.hash.empty()) {
    object["plugins"] = {{"model", to_json(record.model_plugin)},
                         {"backend", to_json(record.backend_plugin)}};
  }
  for (const Outcome& attempt : record.attempts) object["attempts"].push_back(to_json(attempt));
  if (!record.left_processes.empty()) object["left_processes"] = record.left_processes;
  if (record.iterations() > 0) {
    object["prepare_seconds"] = record.prepare_seconds;
    object["samples"] = samples(record);
  }
  if (!record.state.hash.empty()) {
    object["state_hash"] = record.state.hash;
    object["state_tensors"] = record.state.tensor_hashes.size();
    object["peak_memory_bytes"] = record.peak_memory_bytes;
    if (record.peak_device_memory_bytes > 0) {
      object["peak_device_memory_bytes"] = record.peak_device_memory_bytes;
    }
  }
  return object;
}

}  // namespace ndbench
