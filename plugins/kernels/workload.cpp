#include "workload.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ndbench/error.h"
#include "ndbench/random.h"

namespace ndbench::kernels {
namespace {

/// As many as tell a kernel's arithmetic apart; larger tensors repeat them.
constexpr std::int64_t kDrawn = 1 << 18;

at::Tensor draw(const std::vector<std::int64_t>& sizes, std::uint64_t seed, const char* name) {
  RandomStream random(seed, name);
  at::Tensor drawn = at::empty({kDrawn}, at::kFloat);
  auto* values = drawn.data_ptr<float>();
  std::generate_n(values, kDrawn, [&] { return static_cast<float>(random.normal()); });
  at::Tensor result = at::empty(sizes, at::kFloat);
  auto* target = result.data_ptr<float>();
  for (std::int64_t begin = 0; begin < result.numel(); begin += kDrawn) {
    std::copy_n(values, std::min(kDrawn, result.numel() - begin), target + begin);
  }
  return result;
}

std::vector<std::int64_t> output_sizes(const Layer& layer, std::int64_t batch_size) {
  switch (layer.operation) {
    case Operation::kConvolution:
      return {batch_size, layer.filters, layer.output_size(), layer.output_size()};
    case Operation::kSoftmax:
      return {batch_size, layer.channels};
    case Operation::kSum:
      return {1, layer.channels, 1, 1};
    default:
      return {batch_size, layer.channels, layer.output_size(), layer.output_size()};
  }
}

std::array<std::int64_t, 2> both(std::int64_t size) { return {size, size}; }

at::Tensor convolution_result(const Workload& workload, at::ScalarType type) {
  const Layer& layer = workload.layer;
  const at::Tensor source = workload.source.to(type);
  const at::Tensor weights = workload.weights.to(type);
  const auto stride = both(layer.stride);
  const auto padding = both(layer.padding);
  const auto dilation = both(1);
  if (workload.pass == Pass::kForward) {
    return at::convolution(source, weights, {}, stride, padding, dilation, false, {0, 0}, 1);
  }
  const bool is_data = workload.pass == Pass::kDataGradient;
  const auto gradients = at::convolution_backward(
      workload.gradient.to(type), source, weights, at::OptionalIntArrayRef(), stride, padding,
      dilation, false, {0, 0}, 1, {is_data, !is_data, false});
  return is_data ? std::get<0>(gradients) : std::get<1>(gradients);
}

at::Tensor pooling_result(const Workload& workload, at::ScalarType type) {
  const Layer& layer = workload.layer;
  const at::Tensor source = workload.source.to(type);
  const at::Tensor gradient = workload.gradient.to(type);
  const auto kernel = both(layer.kernel);
  const auto stride = both(layer.stride);
  const auto padding = both(layer.padding);
  const bool is_forward = workload.pass == Pass::kForward;
  if (layer.operation == Operation::kAveragePooling) {
    return is_forward ? at::avg_pool2d(source, kernel, stride, padding)
                      : at::avg_pool2d_backward(gradient, source, kernel, stride, padding, false,
                                                true, {});
  }
  const auto [output, indices] =
      at::max_pool2d_with_indices(source, kernel, stride, padding, {1, 1}, false);
  return is_forward ? output
                    : at::max_pool2d_with_indices_backward(gradient, source, kernel, stride,
                                                           padding, {1, 1}, false, indices);
}

at::Tensor batch_norm_result(const Workload& workload, at::ScalarType type) {
  const at::Tensor source = workload.source.to(type);
  const at::Tensor scale = at::ones({workload.layer.channels}, type);
  const auto [output, mean, inverse] = at::native_batch_norm(source, scale, at::zeros_like(scale),
                                                             {}, {}, true, 0.0, kBatchNormEpsilon);
  if (workload.pass == Pass::kForward) return output;
  return std::get<0>(at::native_batch_norm_backward(workload.gradient.to(type), source, scale, {},
                                                    {}, mean, inverse, true, kBatchNormEpsilon,
                                                    {true, false, false}));
}

at::Tensor softmax_result(const Workload& workload, at::ScalarType type) {
  const at::Tensor output = at::softmax(workload.source.to(type), 1);
  if (workload.pass == Pass::kForward) return output;
  return at::_softmax_backward_data(workload.gradient.to(type), output, 1, type);
}

}  // namespace

at::IntArrayRef Workload::result_sizes() const {
  switch (pass) {
    case Pass::kForward:
      return gradient.sizes();
    case Pass::kDataGradient:
      return source.sizes();
    case Pass::kFilterGradient:
      break;
  }
  return weights.sizes();
}

Workload draw_workload(const Layer& layer, Pass pass, std::int64_t batch_size, std::uint64_t seed) {
  const bool is_convolution = layer.operation == Operation::kConvolution;
  if (pass == Pass::kFilterGradient && !is_convolution) {
    throw Error("layer '" + layer.name + "' has no filters; set pass to forward or data_gradient");
  }
  if (pass == Pass::kDataGradient && layer.operation == Operation::kSum) {
    throw Error("the gradient of the sum '" + layer.name + "' is no kernel; set pass to forward");
  }
  const std::vector<std::int64_t> sizes =
      layer.operation == Operation::kSoftmax
          ? std::vector{batch_size, layer.channels}
          : std::vector{batch_size, layer.channels, layer.size, layer.size};
  Workload workload;
  workload.layer = layer;
  workload.pass = pass;
  workload.source = draw(sizes, seed, "source");
  if (is_convolution) {
    workload.weights =
        draw({layer.filters, layer.channels, layer.kernel, layer.kernel}, seed, "weights");
  }
  if (layer.operation == Operation::kBatchNorm) {
    workload.scale_shift = at::cat({at::ones({1, layer.channels}), at::zeros({1, layer.channels})});
  }
  workload.gradient = draw(output_sizes(layer, batch_size), seed, "gradient");
  return workload;
}

at::Tensor reference_result(const Workload& workload, at::ScalarType type) {
  switch (workload.layer.operation) {
    case Operation::kConvolution:
      return convolution_result(workload, type);
    case Operation::kMaxPooling:
    case Operation::kAveragePooling:
      return pooling_result(workload, type);
    case Operation::kBatchNorm:
      return batch_norm_result(workload, type);
    case Operation::kSoftmax:
      return softmax_result(workload, type);
    case Operation::kSum:
      break;
  }
  return workload.source.to(type).sum({0, 2, 3}, true);
}

}  // namespace ndbench::kernels
