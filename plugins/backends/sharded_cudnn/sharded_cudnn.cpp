#include <fmt/format.h>

#include "../cuda_scope.h"
#include "../sharded_scope.h"
#include "ndbench/plugin.h"

namespace {

class ShardedCuDnnBackend final : public ndbench::Backend {
 public:
  [[nodiscard]] std::string unavailable() const override {
    if (auto why = ndbench::cuda_problem(ndbench::CuDnn::kOn); !why.empty()) return why;
    const int count = ndbench::cuda_device_count();
    return count > 1 ? "" : "there is one GPU; to split a batch over GPUs takes two";
  }

  [[nodiscard]] std::vector<std::string> knobs() const override {
    return ndbench::sharded_knobs(ndbench::cuda_knobs(ndbench::CuDnn::kOn));
  }

  [[nodiscard]] std::unique_ptr<ndbench::Scope> enter(
      const ndbench::Settings& settings) const override {
    if (settings.device != 0) {
      throw ndbench::Error(
          "sharded_cudnn computes on every GPU from the first on; leave `device` out of this "
          "backend's table in the suite, and choose GPUs by CUDA_VISIBLE_DEVICES");
    }
    std::vector<std::string> devices;
    for (int device = 0; device < ndbench::cuda_device_count(); ++device) {
      devices.push_back(fmt::format("cuda:{}", device));
    }
    return ndbench::shard(ndbench::enter_cuda(settings, ndbench::CuDnn::kOn), devices, settings);
  }
};

}  // namespace

NDBENCH_BACKEND_PLUGIN("sharded_cudnn", "cuDNN's kernels, each batch split over NVIDIA GPUs",
                       ShardedCuDnnBackend);
