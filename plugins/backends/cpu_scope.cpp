#include "cpu_scope.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <mutex>
#include <set>
#include <string_view>
#include <thread>

#include "ndbench/torch_api.h"
#include "switches.h"

namespace ndbench {
namespace {

/// OpenBLAS decides by its number of threads which sums it forms. Built for threads of its own it
/// takes no more of them than it saw processors while it loaded, and so gives other bits to a
/// worker on fewer cores; told afterwards, it takes as many as it is told. In some builds there is
/// no OpenBLAS.
void set_openblas_threads(int threads) {
  using SetThreads = void (*)(int);
  if (auto* set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) {
    set(threads);
  }
}

/// How many threads really share a parallel region: OMP_THREAD_LIMIT or the system may allow
/// fewer than at::get_num_threads() tells.
std::size_t threads_in_force() {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  at::parallel_for(0, at::get_num_threads(), 1, [&](std::int64_t, std::int64_t) {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  return threads.size();
}

/// Whether OpenBLAS computes in this process and chooses its kernels when it loads.
bool has_dynamic_openblas() {
  using GetConfig = char* (*)();
  auto* get_config = reinterpret_cast<GetConfig>(dlsym(RTLD_DEFAULT, "openblas_get_config"));
  return get_config != nullptr &&
         std::string_view(get_config()).find("DYNAMIC_ARCH") != std::string_view::npos;
}

class CpuScope final : public Scope {
 public:
  CpuScope(const Settings& settings, OneDnn onednn)
      : threads_(at::get_num_threads()),
        onednn_(at::globalContext().userEnabledMkldnn()),
        deterministic_(at::globalContext().deterministicAlgorithms()),
        fill_memory_(fills_memory()),
        nnpack_(uses_nnpack()) {
    at::set_num_threads(settings.threads);
    set_openblas_threads(settings.threads);
    set_nnpack(false);  // neither oneDNN's kernels nor ATen's own
    at::globalContext().setUserEnabledMkldnn(
        is_switched(settings, "onednn", onednn == OneDnn::kOn));
    at::globalContext().setDeterministicAlgorithms(
        is_switched(settings, "deterministic", deterministic_), /*warn_only=*/false);
    set_fill_memory(is_switched(settings, "fill_memory", fill_memory_));
  }

  ~CpuScope() override {
    set_fill_memory(fill_memory_);
    set_nnpack(nnpack_);
    at::globalContext().setDeterministicAlgorithms(deterministic_, /*warn_only=*/false);
    at::globalContext().setUserEnabledMkldnn(onednn_);
    at::set_num_threads(threads_);
    set_openblas_threads(threads_);
  }

  [[nodiscard]] std::string device() const override { return "cpu"; }

  void synchronize() const override {}  // the CPU queues nothing

  [[nodiscard]] std::map<std::string, std::string> in_force() const override {
    const at::Context& context = at::globalContext();
    std::map<std::string, std::string> settings{
        {"threads", std::to_string(threads_in_force())},
        {"interop_threads", std::to_string(at::get_num_interop_threads())},
        {"onednn", switch_text(context.userEnabledMkldnn())},
        {"nnpack", switch_text(uses_nnpack())},
        {"deterministic", switch_text(context.deterministicAlgorithms())}};
    if (kCanFillMemory) settings["fill_memory"] = switch_text(fills_memory());
    return settings;
  }

 private:
  int threads_;
  bool onednn_;
  bool deterministic_;
  bool fill_memory_;
  bool nnpack_;
};

}  // namespace

std::vector<std::string> cpu_knobs(OneDnn onednn) {
  std::vector<std::string> knobs{"deterministic", "onednn", "threads", "aten_cpu_capability",
                                 "omp_wait_policy"};
  if (kCanFillMemory) knobs.emplace_back("fill_memory");
  if (onednn == OneDnn::kOn) knobs.emplace_back("onednn_max_cpu_isa");
  if (has_dynamic_openblas()) knobs.emplace_back("openblas_coretype");
  return knobs;
}

std::unique_ptr<Scope> enter_cpu(const Settings& settings, OneDnn onednn) {
  if (settings.device != 0) {
    throw Error("the CPU is one device; leave `device` out of this backend's table in the suite");
  }
  return std::make_unique<CpuScope>(settings, onednn);
}

}  // namespace ndbench
