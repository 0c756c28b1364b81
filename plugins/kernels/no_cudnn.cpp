#include "engine.h"
#include "ndbench/error.h"

namespace ndbench::kernels {
namespace {

constexpr char kWhy[] = "this plugin is built without the headers of CUDA and cuDNN 9";

}  // namespace

Engines cudnn_engines(const Workload& /*workload*/, const std::string& /*device*/) {
  throw Unsupported(kWhy);
}

std::string cudnn_version() { throw Unsupported(kWhy); }

}  // namespace ndbench::kernels
