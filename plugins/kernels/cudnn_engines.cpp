#include "cudnn_engine.h"

namespace ndbench::kernels {

std::string cudnn_version() { return "cuDNN " + std::to_string(NDBENCH_CUDNN(cudnnGetVersion)()); }

Engines cudnn_engines(const Workload& workload, const std::string& device) {
  DeviceWorkload on_device{
      .workload = workload,
      .output = at::empty(workload.result_sizes(), at::TensorOptions(at::kFloat).device(device)),
      .handle = std::make_shared<CuDnnHandle>()};
  for (at::Tensor* tensor :
       {&on_device.workload.source, &on_device.workload.weights, &on_device.workload.gradient}) {
    if (tensor->defined()) *tensor = tensor->to(device);
  }
  return workload.layer.operation == Operation::kConvolution ? cudnn_convolutions(on_device)
                                                             : cudnn_layers(on_device);
}

}  // namespace ndbench::kernels
