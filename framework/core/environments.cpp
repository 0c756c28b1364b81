#include "core/environments.h"

#include <algorithm>
#include <utility>

namespace ndbench {
namespace {

/// A knob with the values that it takes, one environment each.
struct Variation {
  std::string knob;
  std::vector<ParameterValue> values;
};

/// 1, 2, 4, … and one a core, without `threads`.
std::vector<ParameterValue> thread_counts(int threads, int cores) {
  const int most = std::max(cores, 2);
  std::vector<int> counts;
  for (int count = 1; count < most; count *= 2) counts.push_back(count);
  counts.push_back(most);
  std::vector<ParameterValue> values;
  for (const int count : counts) {
    if (count != threads) values.emplace_back(std::int64_t{count});
  }
  return values;
}

/// An instruction set below what the CPU has, and the flag of /proc/cpuinfo that says that it has
/// more. No other CPUs than x86 have these flags.
struct Cap {
  const char* value;
  const char* more;
};

std::vector<ParameterValue> caps_below(const Machine& machine, const std::vector<Cap>& caps) {
  std::vector<ParameterValue> values;
  for (const Cap& cap : caps) {
    if (std::find(machine.cpu_flags.begin(), machine.cpu_flags.end(), cap.more) !=
        machine.cpu_flags.end()) {
      values.emplace_back(std::string(cap.value));
    }
  }
  return values;
}

}  // namespace

std::vector<Tooling> environments(const Tooling& tooling, const std::vector<std::string>& knobs,
                                  int threads, const Machine& machine) {
  std::vector<Variation> variations{
      {"threads", thread_counts(threads, machine.cores)},
      {"aten_cpu_capability", caps_below(machine, {{"default", "avx2"}, {"avx2", "avx512f"}})},
      {"onednn_max_cpu_isa",
       caps_below(machine, {{"SSE41", "avx"}, {"AVX", "avx2"}, {"AVX2", "avx512f"}})},
      {"openblas_coretype", caps_below(machine, {{"Nehalem", "avx"}, {"Sandybridge", "avx2"}})},
  };
  const auto onednn = tooling.find("onednn");
  const bool is_onednn_off = onednn != tooling.end() && !is_on(tooling, "onednn");
  std::erase_if(variations, [&](const Variation& variation) {
    return tooling.contains(variation.knob) ||
           std::find(knobs.begin(), knobs.end(), variation.knob) == knobs.end() ||
           (variation.knob == "onednn_max_cpu_isa" && is_onednn_off);
  });

  std::vector<Tooling> result{tooling};
  std::size_t longest = 0;
  for (const Variation& variation : variations) {
    longest = std::max(longest, variation.values.size());
  }
  for (std::size_t turn = 0; turn < longest; ++turn) {
    for (const auto& [knob, values] : variations) {
      if (turn >= values.size()) continue;
      Tooling environment = tooling;
      environment[knob] = values[turn];
      result.push_back(std::move(environment));
    }
  }
  return result;
}

}  // namespace ndbench
