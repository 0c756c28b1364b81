#include "cpu_scope.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <mutex>
#include <set>
#include <thread>

namespace ndbench {
namespace {

std::string text(bool value) { return value ? "true" : "false"; }

/// What the settings say of a switch, or else `otherwise`.
bool switched(const Settings& settings, const std::string& name, bool otherwise) {
  const auto found = settings.switches.find(name);
  return found == settings.switches.end() ? otherwise : found->second;
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

class CpuScope final : public Scope {
 public:
  CpuScope(const Settings& settings, OneDnn onednn)
      : threads_(at::get_num_threads()),
        onednn_(at::globalContext().userEnabledMkldnn()),
        deterministic_(at::globalContext().deterministicAlgorithms()) {
    at::set_num_threads(settings.threads);
    at::globalContext().setUserEnabledMkldnn(switched(settings, "onednn", onednn == OneDnn::kOn));
    at::globalContext().setDeterministicAlgorithms(
        switched(settings, "deterministic", deterministic_), /*warn_only=*/false);
  }

  ~CpuScope() override {
    at::globalContext().setDeterministicAlgorithms(deterministic_, /*warn_only=*/false);
    at::globalContext().setUserEnabledMkldnn(onednn_);
    at::set_num_threads(threads_);
  }

  [[nodiscard]] std::string device() const override { return "cpu"; }

  void synchronize() const override {}  // the CPU queues nothing

  [[nodiscard]] std::map<std::string, std::string> in_force() const override {
    const at::Context& context = at::globalContext();
    return {{"threads", std::to_string(threads_in_force())},
            {"interop_threads", std::to_string(at::get_num_interop_threads())},
            {"onednn", text(context.userEnabledMkldnn())},
            {"deterministic_algorithms", text(context.deterministicAlgorithms())}};
  }

 private:
  int threads_;
  bool onednn_;
  bool deterministic_;
};

}  // namespace

std::vector<std::string> cpu_knobs() {
  return {
      "deterministic",     "onednn",         "threads", "aten_cpu_capability", "onednn_max_cpu_isa",
      "openblas_coretype", "omp_wait_policy"};
}

std::unique_ptr<Scope> enter_cpu(const Settings& settings, OneDnn onednn) {
  return std::make_unique<CpuScope>(settings, onednn);
}

}  // namespace ndbench
