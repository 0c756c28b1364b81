#include <ATen/Context.h>

#include "../cpu_scope.h"
#include "ndbench/plugin.h"

namespace {

class OneDnnBackend final : public ndbench::Backend {
 public:
  [[nodiscard]] std::string unavailable() const override {
    return at::Context::hasMKLDNN() ? "" : "this LibTorch is built without oneDNN";
  }

  [[nodiscard]] std::vector<std::string> knobs() const override {
    return ndbench::cpu_knobs(ndbench::OneDnn::kOn);
  }

  [[nodiscard]] std::unique_ptr<ndbench::Scope> enter(
      const ndbench::Settings& settings) const override {
    return ndbench::enter_cpu(settings, ndbench::OneDnn::kOn);
  }
};

}  // namespace

NDBENCH_BACKEND_PLUGIN("onednn", "oneDNN's kernels on the CPU where LibTorch has them",
                       OneDnnBackend);
