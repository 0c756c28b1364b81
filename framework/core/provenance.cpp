#include "core/provenance.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/build_info.h"
#include "core/json_number.h"
#include "core/nvml.h"

namespace ndbench {

using nlohmann::json;

namespace {

json to_json(const GpuFacts& gpu) {
  json object{{"uuid", gpu.uuid}, {"name", gpu.name}, {"driver", gpu.driver}};
  if (gpu.memory_bytes) object["memory_bytes"] = *gpu.memory_bytes;
  if (gpu.power_limit) object["power_limit"] = *gpu.power_limit;
  if (gpu.highest_clock) object["highest_clock"] = *gpu.highest_clock;
  if (gpu.has_ecc) object["ecc"] = *gpu.has_ecc;
  return object;
}

}  // namespace

json provenance(const Machine& machine, const Suite& suite, const std::string& command) {
  std::map<std::string, std::string> environment = compute_environment();
  environment.merge(flag_environment());
  json gpus = json::array();
  for (const GpuFacts& gpu : read_gpu_facts()) gpus.push_back(to_json(gpu));
  return {{"started", fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)))},
          {"ndbench", kVersion},
          {"commit", kCommit},
          {"build_type", kBuildType},
          {"compiler", kCompiler},
          {"compiler_flags", kCompilerFlags},
          {"google_benchmark", kBenchmarkVersion},
          {"suite", suite.name},
          {"suite_file", std::filesystem::absolute(suite.file).string()},
          {"suite_hash", suite.hash},
          {"suite_seed", suite.seed},
          {"command", command},
          {"host_name", machine.host_name},
          {"kernel", machine.kernel},
          {"cpu_model", machine.cpu_model},
          {"cpu_flags", machine.cpu_flags},
          {"cores", machine.cores},
          {"hardware_threads", machine.hardware_threads},
          {"governor", machine.governor},
          {"memory_bytes", machine.memory_bytes},
          {"virtualized", machine.virtualized},
          {"gpus", std::move(gpus)},
          {"environment", environment}};
}

Machine machine_of(const json& provenance) {
  return {.host_name = provenance.at("host_name"),
          .kernel = provenance.at("kernel"),
          .cpu_model = provenance.at("cpu_model"),
          .cpu_flags = provenance.at("cpu_flags"),
          .cores = WholeNumber(provenance, "cores"),
          .hardware_threads = WholeNumber(provenance, "hardware_threads"),
          .governor = provenance.at("governor"),
          .memory_bytes = WholeNumber(provenance, "memory_bytes"),
          .virtualized = provenance.at("virtualized")};
}

json target_identity(const Machine& machine, const Record& record) {
  // The switches of backend and mode are axes of their own, not another target.
  const auto threads = record.in_force.find("threads");
  std::map<std::string, std::string> environment = record.environment;
  environment.erase("CUBLAS_WORKSPACE_CONFIG");
  json identity{{"cpu_model", machine.cpu_model},
                {"cpu_flags", machine.cpu_flags},
                {"cores", machine.cores},
                {"libraries", record.libraries},
                {"environment", environment},
                {"threads", threads == record.in_force.end() ? "" : threads->second}};
  for (const char* fact : {"gpu", "cuda_driver", "cuda_runtime", "cudnn_version", "shards"}) {
    const auto found = record.in_force.find(fact);
    if (found != record.in_force.end()) identity[fact] = found->second;
  }
  return identity;
}

std::string target_fingerprint(const Machine& machine, const Record& record) {
  const std::string text =
      target_identity(machine, record).dump(-1, ' ', false, json::error_handler_t::replace);
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

}  // namespace ndbench
