#include "../cuda_scope.h"
#include "ndbench/plugin.h"

namespace {

class CuDnnBackend final : public ndbench::Backend {
 public:
  [[nodiscard]] std::string unavailable() const override {
    return ndbench::cuda_problem(ndbench::CuDnn::kOn);
  }

  [[nodiscard]] std::vector<std::string> knobs() const override {
    return ndbench::cuda_knobs(ndbench::CuDnn::kOn);
  }

  [[nodiscard]] std::unique_ptr<ndbench::Scope> enter(
      const ndbench::Settings& settings) const override {
    return ndbench::enter_cuda(settings, ndbench::CuDnn::kOn);
  }
};

}  // namespace

NDBENCH_BACKEND_PLUGIN("cudnn", "cuDNN's kernels on an NVIDIA GPU where LibTorch has them",
                       CuDnnBackend);
