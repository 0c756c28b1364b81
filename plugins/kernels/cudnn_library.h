#pragma once

// cuDNN 9, called through the library that LibTorch's CUDA part has loaded: nothing is linked.
#include <cudnn.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "ndbench/error.h"

namespace ndbench::kernels {

/// A function of cuDNN by its name, of the type that its header gives it.
template <typename Function>
[[nodiscard]] Function* cudnn_function(const char* name) {
  static void* const library = dlopen("libcudnn.so.9", RTLD_NOW | RTLD_GLOBAL);
  void* const function = library == nullptr ? nullptr : dlsym(library, name);
  if (function == nullptr) throw Unsupported(fmt::format("no cuDNN 9: {}", dlerror()));
  return reinterpret_cast<Function*>(function);
}

#define NDBENCH_CUDNN(name) (::ndbench::kernels::cudnn_function<decltype(::name)>(#name))

/// @throws ndbench::Error with cuDNN's words if a call of `function` did not succeed.
inline void check_cudnn(cudnnStatus_t status, const char* function) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  throw Error(fmt::format("{}: {}", function, NDBENCH_CUDNN(cudnnGetErrorString)(status)));
}

#define NDBENCH_CUDNN_CALL(name, ...) \
  ::ndbench::kernels::check_cudnn(NDBENCH_CUDNN(name)(__VA_ARGS__), #name)

/// cuDNN on the current device and its default stream, which LibTorch uses, too.
class CuDnnHandle {
 public:
  CuDnnHandle() { NDBENCH_CUDNN_CALL(cudnnCreate, &handle_); }
  CuDnnHandle(const CuDnnHandle&) = delete;
  CuDnnHandle& operator=(const CuDnnHandle&) = delete;
  ~CuDnnHandle() { NDBENCH_CUDNN(cudnnDestroy)(handle_); }

  [[nodiscard]] cudnnHandle_t get() const { return handle_; }

 private:
  cudnnHandle_t handle_ = nullptr;
};

using SharedHandle = std::shared_ptr<const CuDnnHandle>;

}  // namespace ndbench::kernels
