#include <vector>

#include "cudnn_engine.h"

namespace ndbench::kernels {
namespace {

constexpr float kOne = 1.0F;
constexpr float kZero = 0.0F;

/// A descriptor of one of cuDNN's older functions, destroyed with the last copy.
template <typename Type>
using Shared = std::shared_ptr<std::remove_pointer_t<Type>>;

Shared<cudnnTensorDescriptor_t> describe(const at::Tensor& tensor) {
  cudnnTensorDescriptor_t made = nullptr;
  NDBENCH_CUDNN_CALL(cudnnCreateTensorDescriptor, &made);
  Shared<cudnnTensorDescriptor_t> result(made, NDBENCH_CUDNN(cudnnDestroyTensorDescriptor));
  const auto size = [&](std::int64_t axis) {
    return tensor.dim() > axis ? static_cast<int>(tensor.size(axis)) : 1;
  };
  NDBENCH_CUDNN_CALL(cudnnSetTensor4dDescriptor, made, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, size(0),
                     size(1), size(2), size(3));
  return result;
}

/// A tensor with its descriptor; both live as long as an engine that holds a copy.
struct Operand {
  explicit Operand(at::Tensor tensor) : data(std::move(tensor)), descriptor(describe(data)) {}

  [[nodiscard]] void* pointer() const { return data.data_ptr(); }
  [[nodiscard]] cudnnTensorDescriptor_t layout() const { return descriptor.get(); }

  at::Tensor data;
  Shared<cudnnTensorDescriptor_t> descriptor;
};

Shared<cudnnPoolingDescriptor_t> describe_pooling(const Layer& layer, cudnnPoolingMode_t mode) {
  cudnnPoolingDescriptor_t made = nullptr;
  NDBENCH_CUDNN_CALL(cudnnCreatePoolingDescriptor, &made);
  Shared<cudnnPoolingDescriptor_t> result(made, NDBENCH_CUDNN(cudnnDestroyPoolingDescriptor));
  const int kernel = static_cast<int>(layer.kernel);
  const int padding = static_cast<int>(layer.padding);
  const int stride = static_cast<int>(layer.stride);
  NDBENCH_CUDNN_CALL(cudnnSetPooling2dDescriptor, made, mode, CUDNN_PROPAGATE_NAN, kernel, kernel,
                     padding, padding, stride, stride);
  return result;
}

struct PoolingMode {
  const char* name;
  cudnnPoolingMode_t mode;
  bool is_marked_backward;  ///< as one that varies
};

/// cuDNN's guide names the backward pass of CUDNN_POOLING_MAX among what does not repeat.
Engines poolings(const DeviceWorkload& on_device) {
  const std::vector<PoolingMode> modes =
      on_device.workload.layer.operation == Operation::kMaxPooling
          ? std::vector<PoolingMode>{{"max", CUDNN_POOLING_MAX, true},
                                     {"max_deterministic", CUDNN_POOLING_MAX_DETERMINISTIC, false}}
          : std::vector<PoolingMode>{
                {"average", CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING, false}};
  const SharedHandle handle = on_device.handle;
  const bool is_forward = on_device.workload.pass == Pass::kForward;
  const Operand source(on_device.workload.source);
  const Operand gradient(on_device.workload.gradient);
  const Operand output(is_forward ? on_device.output : at::empty_like(gradient.data));
  const Operand result(on_device.output);
  Engines engines;
  for (const PoolingMode& mode : modes) {
    const auto pooling = describe_pooling(on_device.workload.layer, mode.mode);
    const auto forward = [=] {
      NDBENCH_CUDNN_CALL(cudnnPoolingForward, handle->get(), pooling.get(), &kOne, source.layout(),
                         source.pointer(), &kZero, output.layout(), output.pointer());
    };
    const auto backward = [=] {
      NDBENCH_CUDNN_CALL(cudnnPoolingBackward, handle->get(), pooling.get(), &kOne, output.layout(),
                         output.pointer(), gradient.layout(), gradient.pointer(), source.layout(),
                         source.pointer(), &kZero, result.layout(), result.pointer());
    };
    if (!is_forward) forward();  // the way back reads its output
    const bool is_marked = !is_forward && mode.is_marked_backward;
    const std::function<void()> run = is_forward ? std::function<void()>(forward) : backward;
    engines.push_back(std::make_unique<CuDnnEngine>(mode.name, is_marked, on_device.output, run));
  }
  return engines;
}

Engines softmaxes(const DeviceWorkload& on_device) {
  const SharedHandle handle = on_device.handle;
  const bool is_forward = on_device.workload.pass == Pass::kForward;
  const Operand source(on_device.workload.source);
  const Operand gradient(on_device.workload.gradient);
  const Operand output(is_forward ? on_device.output : at::empty_like(source.data));
  const Operand result(on_device.output);
  Engines engines;
  for (const auto& [name, algorithm] : std::vector<std::pair<const char*, cudnnSoftmaxAlgorithm_t>>{
           {"fast", CUDNN_SOFTMAX_FAST}, {"accurate", CUDNN_SOFTMAX_ACCURATE}}) {
    const auto forward = [=, algorithm = algorithm] {
      NDBENCH_CUDNN_CALL(cudnnSoftmaxForward, handle->get(), algorithm, CUDNN_SOFTMAX_MODE_CHANNEL,
                         &kOne, source.layout(), source.pointer(), &kZero, output.layout(),
                         output.pointer());
    };
    const auto backward = [=, algorithm = algorithm] {
      NDBENCH_CUDNN_CALL(cudnnSoftmaxBackward, handle->get(), algorithm, CUDNN_SOFTMAX_MODE_CHANNEL,
                         &kOne, output.layout(), output.pointer(), gradient.layout(),
                         gradient.pointer(), &kZero, result.layout(), result.pointer());
    };
    if (!is_forward) forward();
    const std::function<void()> run = is_forward ? std::function<void()>(forward) : backward;
    engines.push_back(std::make_unique<CuDnnEngine>(name, false, on_device.output, run));
  }
  return engines;
}

Engines batch_norms(const DeviceWorkload& on_device) {
  const SharedHandle handle = on_device.handle;
  const bool is_forward = on_device.workload.pass == Pass::kForward;
  const Operand source(on_device.workload.source);
  const Operand gradient(on_device.workload.gradient);
  const Operand result(on_device.output);
  const std::int64_t channels = on_device.workload.layer.channels;
  const auto statistic = [&](float value) {
    return Operand(at::full({1, channels, 1, 1}, value, on_device.output.options()));
  };
  const Operand scale = statistic(1.0F);
  const Operand shift = statistic(0.0F);
  const Operand scale_gradient = statistic(0.0F);
  const Operand shift_gradient = statistic(0.0F);
  Engines engines;
  for (const auto& [name, mode] : std::vector<std::pair<const char*, cudnnBatchNormMode_t>>{
           {"spatial", CUDNN_BATCHNORM_SPATIAL},
           {"spatial_persistent", CUDNN_BATCHNORM_SPATIAL_PERSISTENT}}) {
    const auto forward = [=, mode = mode] {
      NDBENCH_CUDNN_CALL(cudnnBatchNormalizationForwardTraining, handle->get(), mode, &kOne, &kZero,
                         source.layout(), source.pointer(), result.layout(), result.pointer(),
                         scale.layout(), scale.pointer(), shift.pointer(), 1.0, nullptr, nullptr,
                         kBatchNormEpsilon, nullptr, nullptr);
    };
    const auto backward = [=, mode = mode] {
      NDBENCH_CUDNN_CALL(cudnnBatchNormalizationBackward, handle->get(), mode, &kOne, &kZero, &kOne,
                         &kZero, source.layout(), source.pointer(), gradient.layout(),
                         gradient.pointer(), result.layout(), result.pointer(), scale.layout(),
                         scale.pointer(), scale_gradient.pointer(), shift_gradient.pointer(),
                         kBatchNormEpsilon, nullptr, nullptr);
    };
    const std::function<void()> run = is_forward ? std::function<void()>(forward) : backward;
    engines.push_back(std::make_unique<CuDnnEngine>(name, false, on_device.output, run));
  }
  return engines;
}

Engines sums(const DeviceWorkload& on_device) {
  cudnnReduceTensorDescriptor_t made = nullptr;
  NDBENCH_CUDNN_CALL(cudnnCreateReduceTensorDescriptor, &made);
  const Shared<cudnnReduceTensorDescriptor_t> reduction(
      made, NDBENCH_CUDNN(cudnnDestroyReduceTensorDescriptor));
  NDBENCH_CUDNN_CALL(cudnnSetReduceTensorDescriptor, made, CUDNN_REDUCE_TENSOR_ADD,
                     CUDNN_DATA_FLOAT, CUDNN_PROPAGATE_NAN, CUDNN_REDUCE_TENSOR_NO_INDICES,
                     CUDNN_32BIT_INDICES);
  const SharedHandle handle = on_device.handle;
  const Operand source(on_device.workload.source);
  const Operand result(on_device.output);
  std::size_t bytes = 0;
  NDBENCH_CUDNN_CALL(cudnnGetReductionWorkspaceSize, handle->get(), made, source.layout(),
                     result.layout(), &bytes);
  const at::Tensor workspace =
      at::empty({static_cast<std::int64_t>(bytes)}, on_device.output.options().dtype(at::kByte));
  Engines engines;
  engines.push_back(std::make_unique<CuDnnEngine>("reduce_add", false, on_device.output, [=] {
    NDBENCH_CUDNN_CALL(cudnnReduceTensor, handle->get(), reduction.get(), nullptr, 0,
                       workspace.data_ptr(), bytes, &kOne, source.layout(), source.pointer(),
                       &kZero, result.layout(), result.pointer());
  }));
  return engines;
}

}  // namespace

Engines cudnn_layers(const DeviceWorkload& on_device) {
  switch (on_device.workload.layer.operation) {
    case Operation::kMaxPooling:
    case Operation::kAveragePooling:
      return poolings(on_device);
    case Operation::kBatchNorm:
      return batch_norms(on_device);
    case Operation::kSoftmax:
      return softmaxes(on_device);
    case Operation::kSum:
    case Operation::kConvolution:
      break;
  }
  return sums(on_device);
}

}  // namespace ndbench::kernels
