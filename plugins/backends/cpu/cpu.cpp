#include "../cpu_scope.h"
#include "ndbench/plugin.h"

namespace {

class CpuBackend final : public ndbench::Backend {
 public:
  [[nodiscard]] std::string unavailable() const override { return ""; }

  [[nodiscard]] std::vector<std::string> knobs() const override {
    return ndbench::cpu_knobs(ndbench::OneDnn::kOff);
  }

  [[nodiscard]] std::unique_ptr<ndbench::Scope> enter(
      const ndbench::Settings& settings) const override {
    return ndbench::enter_cpu(settings, ndbench::OneDnn::kOff);
  }
};

}  // namespace

NDBENCH_BACKEND_PLUGIN("cpu", "ATen's own kernels on the CPU, oneDNN off", CpuBackend);
