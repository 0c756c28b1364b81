#include "core/knob.h"

#include <fmt/format.h>

#include <algorithm>

namespace ndbench {

const std::vector<Knob>& knobs() {
  using enum Knob::Kind;
  static const std::vector<Knob> all{
      {.name = "deterministic",
       .kind = kSwitch,
       .summary = "only algorithms that give the same bits every time"},
      {.name = "fill_memory",
       .kind = kSwitch,
       .summary = "fill new tensors, where algorithms are deterministic; LibTorch 2.2 and later"},
      {.name = "cudnn_deterministic",
       .kind = kSwitch,
       .summary = "only cuDNN algorithms that are deterministic"},
      {.name = "cudnn_autotune", .kind = kSwitch, .summary = "choose cuDNN algorithms by timing"},
      {.name = "tf32", .kind = kSwitch, .summary = "TF32 in cuDNN's convolutions and cuBLAS"},
      {.name = "cublas_workspace",
       .kind = kVariable,
       .variable = "CUBLAS_WORKSPACE_CONFIG",
       .choices = {":4096:8", ":16:8"},
       .summary = "workspace of cuBLAS; without one of these some kernels do not repeat"},
      {.name = "ordered_reduction",
       .kind = kSwitch,
       .summary = "sum the shards' gradients in the order of the shards, not as they arrive"},
      {.name = "onednn", .kind = kSwitch, .summary = "oneDNN's kernels instead of ATen's own"},
      {.name = "threads", .kind = kThreads, .summary = "threads within an operation"},
      {.name = "aten_cpu_capability",
       .kind = kVariable,
       .variable = "ATEN_CPU_CAPABILITY",
       .choices = {"default", "avx2", "avx512"},
       .summary = "most instructions that ATen's kernels use"},
      {.name = "onednn_max_cpu_isa",
       .kind = kVariable,
       .variable = "ONEDNN_MAX_CPU_ISA",
       .choices = {"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_VNNI",
                   "AVX512_CORE_BF16"},
       .summary = "most instructions that oneDNN's kernels use"},
      {.name = "openblas_coretype",
       .kind = kVariable,
       .variable = "OPENBLAS_CORETYPE",
       .choices = {"Prescott", "Core2", "Nehalem", "Sandybridge", "Haswell", "SkylakeX",
                   "Cooperlake", "Barcelona", "Bulldozer", "Piledriver", "Excavator", "Zen"},
       .summary = "processor that OpenBLAS takes this one for"},
      {.name = "omp_wait_policy",
       .kind = kVariable,
       .variable = "OMP_WAIT_POLICY",
       .choices = {"active", "passive"},
       .summary = "whether OpenMP's threads spin or sleep while they wait"},
  };
  return all;
}

const Knob* find_knob(const std::string& name) {
  const auto found = std::find_if(knobs().begin(), knobs().end(),
                                  [&](const Knob& knob) { return knob.name == name; });
  return found == knobs().end() ? nullptr : &*found;
}

bool is_on(const Tooling& tooling, const std::string& name) {
  const auto found = tooling.find(name);
  if (found == tooling.end()) return false;
  const bool* value = std::get_if<bool>(&found->second);
  return value != nullptr && *value;
}

bool agree(const Tooling& a, const Tooling& b, const std::string& name) {
  const auto in_a = a.find(name);
  const auto in_b = b.find(name);
  if (in_a == a.end() || in_b == b.end()) return (in_a == a.end()) == (in_b == b.end());
  return in_a->second == in_b->second;
}

int threads_of(const Tooling& tooling, int otherwise) {
  const auto found = tooling.find("threads");
  return found == tooling.end() ? otherwise
                                : static_cast<int>(std::get<std::int64_t>(found->second));
}

std::string text_of(const ParameterValue& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

}  // namespace ndbench
