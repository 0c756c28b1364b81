#pragma once

// cuDNN 9, called through the library that LibTorch's CUDA part has loaded: nothing is linked.
#include <cudnn.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "ndbench/error.h"

namespace ndbench::kernels {

/// cuDNN, as it is in this process. @throws ndbench::Unsupported if it does not load.
[[nodiscard]] inline void* cudnn_library() {
  static const std::pair<void*, std::string> loaded = [] {
    void* const library = dlopen("libcudnn.so.9", RTLD_NOW);
    return std::pair(library, library == nullptr ? std::string(dlerror()) : "");
  }();
  if (loaded.first == nullptr) throw Unsupported("no cuDNN 9: " + loaded.second);
  return loaded.first;
}

/// A function of cuDNN by its name, of the type that its header gives it.
template <typename Function>
[[nodiscard]] Function* cudnn_function(const char* name) {
  void* const function = dlsym(cudnn_library(), name);
  if (function == nullptr) throw Unsupported(fmt::format("this cuDNN 9 has no {}", name));
  return reinterpret_cast<Function*>(function);
}

/// Looked up once for each place that calls it.
#define NDBENCH_CUDNN(name)                                                                 \
  ([] {                                                                                     \
    static auto* const found = ::ndbench::kernels::cudnn_function<decltype(::name)>(#name); \
    return found; \
  }())

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
