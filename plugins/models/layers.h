#pragma once

#include <cstdint>

#include "ndbench/torch.h"

// The layers that several families are built from.
namespace ndbench::layers {

/// Convolution without bias, for a batch norm behind it. Padding of kernel / 2 on every side keeps
/// the size at stride 1 and halves it, rounded up, at stride 2.
inline torch::nn::Conv2d conv(std::int64_t in, std::int64_t out, std::int64_t kernel,
                              std::int64_t stride = 1) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

/// conv() of each channel by itself.
inline torch::nn::Conv2d depthwise_conv(std::int64_t channels, std::int64_t kernel,
                                        std::int64_t stride = 1) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, channels, kernel)
                               .stride(stride)
                               .padding(kernel / 2)
                               .groups(channels)
                               .bias(false));
}

/// Batch norm with the defaults of Keras' BatchNormalization: epsilon 1e-3, and running statistics
/// of which each batch renews 1 % (its momentum of 0.99 is LibTorch's 0.01).
inline torch::nn::BatchNorm2d keras_batch_norm(std::int64_t channels) {
  return torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(channels).eps(1e-3).momentum(0.01));
}

/// Max pooling, every family's. Where a ReLU is next to it, pool first: the maximum is the same
/// either way, and the ReLU has fewer elements.
///
/// A trap for backends: the backward pass of overlapping windows is a sum. LibTorch's own CUDA
/// kernel gathers it, always in the same order; cuDNN's CUDNN_POOLING_MAX scatters it with atomic
/// additions, and CUDNN_POOLING_MAX_DETERMINISTIC must take its place.
inline at::Tensor max_pool(const at::Tensor& x, std::int64_t kernel, std::int64_t stride,
                           std::int64_t padding = 0) {
  return at::max_pool2d(x, kernel, stride, padding);
}

}  // namespace ndbench::layers
