#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "cudnn_library.h"

namespace ndbench::kernels {

/// A descriptor of cuDNN's graph API. Setters keep to one type of value each.
class Descriptor {
 public:
  explicit Descriptor(cudnnBackendDescriptorType_t type) {
    NDBENCH_CUDNN_CALL(cudnnBackendCreateDescriptor, type, &descriptor_);
  }
  Descriptor(Descriptor&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, nullptr)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (descriptor_ != nullptr) NDBENCH_CUDNN(cudnnBackendDestroyDescriptor)(descriptor_);
  }

  template <typename Value>
  void set(cudnnBackendAttributeName_t attribute, cudnnBackendAttributeType_t type,
           const std::vector<Value>& values) {
    NDBENCH_CUDNN_CALL(cudnnBackendSetAttribute, descriptor_, attribute, type,
                       static_cast<std::int64_t>(values.size()), values.data());
  }

  void set(cudnnBackendAttributeName_t attribute, const Descriptor& other) {
    set(attribute, CUDNN_TYPE_BACKEND_DESCRIPTOR, std::vector{other.get()});
  }

  void finalize() { NDBENCH_CUDNN_CALL(cudnnBackendFinalize, descriptor_); }

  /// False where cuDNN does not support what was set.
  [[nodiscard]] bool try_finalize() {
    return NDBENCH_CUDNN(cudnnBackendFinalize)(descriptor_) == CUDNN_STATUS_SUCCESS;
  }

  template <typename Value>
  [[nodiscard]] std::vector<Value> values(cudnnBackendAttributeName_t attribute,
                                          cudnnBackendAttributeType_t type,
                                          std::size_t most) const {
    std::vector<Value> values(most);
    std::int64_t count = 0;
    NDBENCH_CUDNN_CALL(cudnnBackendGetAttribute, descriptor_, attribute, type,
                       static_cast<std::int64_t>(most), &count, values.data());
    values.resize(static_cast<std::size_t>(count));
    return values;
  }

  [[nodiscard]] cudnnBackendDescriptor_t get() const { return descriptor_; }

 private:
  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace ndbench::kernels
