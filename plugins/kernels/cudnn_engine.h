#pragma once

#include <functional>
#include <utility>

#include "cudnn_library.h"
#include "engine.h"

namespace ndbench::kernels {

/// A call into cuDNN that writes `output`, on a GPU.
class CuDnnEngine final : public Engine {
 public:
  CuDnnEngine(std::string name, bool is_marked, at::Tensor output, std::function<void()> run)
      : name_(std::move(name)),
        is_marked_(is_marked),
        output_(std::move(output)),
        run_(std::move(run)) {}

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] bool is_marked_nondeterministic() const override { return is_marked_; }
  void run() override { run_(); }
  void overwrite(int byte) override { output_.view(at::kByte).fill_(byte); }
  [[nodiscard]] at::Tensor result() const override { return output_.to(at::kCPU); }

 private:
  std::string name_;
  bool is_marked_;
  at::Tensor output_;
  std::function<void()> run_;
};

/// A workload whose tensors are on a GPU, and where its result goes.
struct DeviceWorkload {
  Workload workload;
  at::Tensor output;
  SharedHandle handle;
};

/// Every engine that cuDNN's graph API has for a convolution, by its number, with the numerical
/// notes that it gives of itself.
[[nodiscard]] Engines cudnn_convolutions(const DeviceWorkload& on_device);

/// The modes and algorithms of cuDNN's functions for the other layers.
[[nodiscard]] Engines cudnn_layers(const DeviceWorkload& on_device);

}  // namespace ndbench::kernels
