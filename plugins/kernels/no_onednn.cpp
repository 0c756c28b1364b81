#include "engine.h"
#include "ndbench/error.h"

namespace ndbench::kernels {
namespace {

constexpr char kWhy[] =
    "LibTorch 2.x holds a oneDNN of its own, which shares symbols with the one to be measured: "
    "beside "
    "it convolutions fail to execute; build with LibTorch 1.13";

}  // namespace

Engines onednn_engines(const Workload& /*workload*/, bool /*with_reference*/) {
  throw Unsupported(kWhy);
}

std::string onednn_version() { throw Unsupported(kWhy); }

}  // namespace ndbench::kernels
