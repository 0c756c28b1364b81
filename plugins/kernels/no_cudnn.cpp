#include "engine.h"
#include "ndbench/error.h"

namespace ndbench::kernels {

Engines cudnn_engines(const Workload& /*workload*/, const std::string& /*device*/) {
  throw Unsupported("this plugin is built without the headers of CUDA and cuDNN 9");
}

}  // namespace ndbench::kernels
