#include <ATen/Context.h>

#include "../cpu_scope.h"
#include "../sharded_scope.h"
#include "ndbench/plugin.h"

namespace {

class ShardedBackend final : public ndbench::Backend {
 public:
  [[nodiscard]] std::string unavailable() const override {
    return at::Context::hasMKLDNN() ? "" : "this LibTorch is built without oneDNN";
  }

  [[nodiscard]] std::vector<std::string> knobs() const override {
    return ndbench::sharded_knobs(ndbench::cpu_knobs(ndbench::OneDnn::kOn));
  }

  [[nodiscard]] std::unique_ptr<ndbench::Scope> enter(
      const ndbench::Settings& settings) const override {
    return ndbench::shard(ndbench::enter_cpu(settings, ndbench::OneDnn::kOn), {"cpu"}, settings);
  }
};

}  // namespace

NDBENCH_BACKEND_PLUGIN("sharded", "oneDNN's kernels on the CPU, each batch split over threads",
                       ShardedBackend);
