#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ndbench/backend.h"

namespace ndbench {

enum class CuDnn { kOff, kOn };

/// Why LibTorch cannot compute on an NVIDIA GPU here, with cuDNN or without; "" if it can.
///
/// These backends link nothing of CUDA: they load the libtorch_cuda.so that lies beside the
/// libtorch_cpu.so of this process, and speak to it through LibTorch's interfaces for any device.
/// So they are built everywhere, and say what is missing where they cannot run.
[[nodiscard]] std::string cuda_problem(CuDnn cudnn);

/// GPUs that the process sees. @pre cuda_problem() is empty.
[[nodiscard]] int cuda_device_count();

[[nodiscard]] std::vector<std::string> cuda_knobs(CuDnn cudnn);

/// The settings of LibTorch on a GPU, with cuDNN's kernels or ATen's own; undone at the end.
[[nodiscard]] std::unique_ptr<Scope> enter_cuda(const Settings& settings, CuDnn cudnn);

}  // namespace ndbench
