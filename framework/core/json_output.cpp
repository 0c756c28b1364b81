#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "core/output.h"

namespace ndbench {
namespace {

using json = nlohmann::ordered_json;

json context_json(const RunContext& context) {
  json caches = json::array();
  for (const auto& cache : context.caches) {
    caches.push_back({{"type", cache.type},
                      {"level", cache.level},
                      {"size", cache.size},
                      {"num_sharing", cache.num_sharing}});
  }
  json object{{"date", context.date},
              {"host_name", context.host_name},
              {"executable", context.executable},
              {"num_cpus", context.num_cpus}};
  if (context.mhz_per_cpu) object["mhz_per_cpu"] = *context.mhz_per_cpu;
  if (context.cpu_scaling_enabled) object["cpu_scaling_enabled"] = *context.cpu_scaling_enabled;
  if (context.aslr_enabled) object["aslr_enabled"] = *context.aslr_enabled;
  object["caches"] = std::move(caches);
  object["load_avg"] = context.load_average;
  object["library_version"] = context.library_version;
  object["library_build_type"] = context.build_type == "Debug" ? "debug" : "release";
  object["json_schema_version"] = 1;
  for (const auto& [key, value] : context.custom) {
    // A key of --benchmark_context must not write a second value over one of the schema's.
    object[object.contains(key) ? "context:" + key : key] = value;
  }
  return object;
}

/// Google Benchmark's JSON, schema version 1, with ndbench's quantities beside its own.
///
/// A row that was not measured has no real_time, so that no reader takes 0 for a time.
class JsonOutput final : public Output {
 public:
  JsonOutput(const OutputStyle& style, Sink sink) : style_(style), sink_(std::move(sink)) {}

  void begin(const RunContext& context) override { document_["context"] = context_json(context); }

  void row(const Row& row) override {
    json object{{"name", row.full_name()},
                {"family_index", row.family},
                {"per_family_instance_index", 0},
                {"run_name", row.name},
                {"run_type", row.aggregate.empty() ? "iteration" : "aggregate"},
                {"repetitions", row.repetitions}};
    if (row.aggregate.empty()) {
      object["repetition_index"] = row.repetition;
    } else {
      object["aggregate_name"] = row.aggregate;
      object["aggregate_unit"] = row.is_relative() ? "percentage" : "time";
    }
    object["threads"] = 1;
    if (row.outcome.status == Status::kFailed) {
      object["error_occurred"] = true;
      object["error_message"] = row.outcome.reason;
    } else if (row.outcome.status == Status::kSkipped) {
      object["skipped"] = true;
      object["skip_message"] = row.outcome.reason;
    } else {
      add_quantities(row, object);
    }
    rows_.push_back(std::move(object));
  }

  void end() override {
    document_["benchmarks"] = std::move(rows_);
    sink_(json_text(document_, 2) + "\n");
  }

 private:
  void add_quantities(const Row& row, json& object) const {
    const auto time = [&](double seconds) {
      return row.is_relative() ? seconds : in_unit(seconds, style_.time_unit);
    };
    object["iterations"] = row.iterations;
    object["real_time"] = time(row.real_seconds);
    object["cpu_time"] = time(row.cpu_seconds);
    object["time_unit"] = symbol(style_.time_unit);
    object["items_per_second"] = row.samples_per_second;
    object["compute_threads"] = row.compute_threads;
    if (!row.state_hash.empty()) object["state_hash"] = row.state_hash;
    if (row.disturbed_blocks > 0) object["disturbed_blocks"] = row.disturbed_blocks;
    if (!row.metric.empty()) {
      object["metric"] = row.metric;
      object["quality"] = row.quality;
      object["loss"] = row.loss;
      if (!row.other.empty()) object["other"] = row.other;
    }
  }

  OutputStyle style_;
  Sink sink_;
  json document_;
  json rows_ = json::array();
};

}  // namespace

std::unique_ptr<Output> make_json_output(const OutputStyle& style, Output::Sink sink) {
  return std::make_unique<JsonOutput>(style, std::move(sink));
}

}  // namespace ndbench
