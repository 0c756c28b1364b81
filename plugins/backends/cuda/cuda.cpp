#include "../cuda_scope.h"
#include "ndbench/plugin.h"

namespace {

class CudaBackend final : public ndbench::Backend {
 public:
  [[nodiscard]] std::string unavailable() const override {
    return ndbench::cuda_problem(ndbench::CuDnn::kOff);
  }

  [[nodiscard]] std::vector<std::string> knobs() const override {
    return ndbench::cuda_knobs(ndbench::CuDnn::kOff);
  }

  [[nodiscard]] std::unique_ptr<ndbench::Scope> enter(
      const ndbench::Settings& settings) const override {
    return ndbench::enter_cuda(settings, ndbench::CuDnn::kOff);
  }
};

}  // namespace

NDBENCH_BACKEND_PLUGIN("cuda", "ATen's own kernels on an NVIDIA GPU, cuDNN off", CudaBackend);
