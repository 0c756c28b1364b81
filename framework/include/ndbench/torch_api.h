#pragma once

// What versions of LibTorch spell differently or lack. Nothing else in ndbench asks for it.
#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <c10/core/Event.h>
#include <torch/version.h>

#include <cstdint>
#include <limits>

#if __has_include(<c10/core/CachingDeviceAllocator.h>)
#include <c10/core/CachingDeviceAllocator.h>
#endif

#define NDBENCH_TORCH_SINCE(major, minor) \
  (TORCH_VERSION_MAJOR > (major) ||       \
   (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace ndbench {

/// Whether new tensors can be filled where algorithms are deterministic: from 2.2 on.
inline constexpr bool kCanFillMemory = NDBENCH_TORCH_SINCE(2, 2);

/// Fills new tensors where algorithms are deterministic, or does not. Does nothing where
/// kCanFillMemory is false: there, no backend has the knob.
inline void set_fill_memory([[maybe_unused]] bool is_on) {
#if NDBENCH_TORCH_SINCE(2, 2)
  at::globalContext().setDeterministicFillUninitializedMemory(is_on);
#endif
}

/// As read back; false where there is no such switch.
[[nodiscard]] inline bool fills_memory() {
#if NDBENCH_TORCH_SINCE(2, 2)
  return at::globalContext().deterministicFillUninitializedMemory();
#else
  return false;
#endif
}

#if NDBENCH_TORCH_SINCE(2, 10)

/// The libraries that may compute products of float32 on that device in less.
[[nodiscard]] inline at::Float32Backend float32_backend(c10::DeviceType device) {
  return device == c10::DeviceType::CUDA ? at::Float32Backend::CUDA : at::Float32Backend::MKLDNN;
}

inline constexpr at::Float32Op kFloat32Ops[] = {at::Float32Op::CONV, at::Float32Op::RNN,
                                                at::Float32Op::MATMUL};

#endif

/// Lets convolutions and matrix products of float32 on that device round their inputs to TF32, or
/// keeps them from it. Before 2.10 none on a CPU can, and there is nothing to set.
inline void set_tf32(c10::DeviceType device, bool is_on) {
#if NDBENCH_TORCH_SINCE(2, 10)
  const auto precision = is_on ? at::Float32Precision::TF32 : at::Float32Precision::IEEE;
  for (const at::Float32Op op : kFloat32Ops) {
    at::globalContext().setFloat32Precision(float32_backend(device), op, precision);
  }
#else
  if (device == c10::DeviceType::CUDA) {
    at::globalContext().setAllowTF32CuBLAS(is_on);
    at::globalContext().setAllowTF32CuDNN(is_on);
  }
#endif
}

/// As read back: whether any convolution or matrix product of float32 on that device may be
/// computed in less than float32.
[[nodiscard]] inline bool allows_tf32(c10::DeviceType device) {
#if NDBENCH_TORCH_SINCE(2, 10)
  for (const at::Float32Op op : kFloat32Ops) {
    const auto precision = at::globalContext().float32Precision(float32_backend(device), op);
    if (precision == at::Float32Precision::TF32 || precision == at::Float32Precision::BF16) {
      return true;
    }
  }
  return false;
#else
  return device == c10::DeviceType::CUDA &&
         (at::globalContext().allowTF32CuBLAS() || at::globalContext().allowTF32CuDNN());
#endif
}

/// Keeps convolutions from NNPACK, or does not. Before 2.6 there is no such switch; Debian builds
/// LibTorch without NNPACK.
///
/// With it, parity found the gradient of a small convolution network 5 % off the float64 reference,
/// without it none; which of NNPACK's steps does that was not looked into.
inline void set_nnpack([[maybe_unused]] bool is_on) {
#if NDBENCH_TORCH_SINCE(2, 6)
  at::globalContext().setUserEnabledNNPACK(is_on);
#endif
}

/// As read back; false where there is no such switch.
[[nodiscard]] inline bool uses_nnpack() {
#if NDBENCH_TORCH_SINCE(2, 6)
  return at::globalContext().userEnabledNNPACK();
#else
  return false;
#endif
}

/// Casts of operations on that device to `type` where that is safe, from now on or no longer.
inline void set_autocast(c10::DeviceType device, bool is_on, at::ScalarType type) {
#if NDBENCH_TORCH_SINCE(2, 4)
  at::autocast::set_autocast_enabled(device, is_on);
  at::autocast::set_autocast_dtype(device, type);
#else
  if (device == c10::DeviceType::CUDA) {
    at::autocast::set_enabled(is_on);
    at::autocast::set_autocast_gpu_dtype(type);
  } else {
    at::autocast::set_cpu_enabled(is_on);
    at::autocast::set_autocast_cpu_dtype(type);
  }
#endif
}

/// Seconds that a device took from one event in its queue to another; both must have been reached.
/// NaN before 2.4, where events of any device are not timed.
[[nodiscard]] inline double seconds_between_events([[maybe_unused]] const c10::Event& begin,
                                                   [[maybe_unused]] const c10::Event& end) {
#if NDBENCH_TORCH_SINCE(2, 4)
  return begin.elapsedTime(end) / 1e3;
#else
  return std::numeric_limits<double>::quiet_NaN();
#endif
}

/// Most bytes that tensors on that device took at once, as its allocator tells; 0 before 2.9, whose
/// allocators of any device do not.
[[nodiscard]] inline std::int64_t peak_device_bytes([[maybe_unused]] c10::Device device) {
#if NDBENCH_TORCH_SINCE(2, 9)
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return c10::getDeviceAllocator(device.type())
      ->getDeviceStats(device.index())
      .allocated_bytes[kAll]
      .peak;
#else
  return 0;
#endif
}

}  // namespace ndbench

#undef NDBENCH_TORCH_SINCE
