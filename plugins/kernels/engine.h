#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <vector>

#include "workload.h"

namespace ndbench::kernels {

/// One of the ways in which a library computes a workload. It may read the workload's tensors
/// themselves, which must outlive it.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// As the library calls it: "jit:avx2".
  [[nodiscard]] virtual std::string name() const = 0;

  /// Whether the library marks it, or documents it, as one that need not give the same bits again.
  [[nodiscard]] virtual bool is_marked_nondeterministic() const = 0;

  /// Queues a run.
  virtual void run() = 0;

  /// Sets every byte of the memory that run() writes to.
  virtual void overwrite(int byte) = 0;

  /// What the last run gave out, in plain layout, on the CPU. Waits for it.
  [[nodiscard]] virtual at::Tensor result() const = 0;
};

using Engines = std::vector<std::unique_ptr<Engine>>;

/// The version of oneDNN that computes: "oneDNN 2.6.3". Not always LibTorch's own.
/// @throws ndbench::Unsupported as onednn_engines().
[[nodiscard]] std::string onednn_version();

/// "cuDNN 91900". @throws ndbench::Unsupported
[[nodiscard]] std::string cudnn_version();

/// Those of oneDNN on the CPU, in its own order of preference.
/// @param with_reference  the reference implementations, too, which are slower by far.
/// @throws ndbench::Unsupported if LibTorch's own oneDNN is in the way.
[[nodiscard]] Engines onednn_engines(const Workload& workload, bool with_reference);

/// Those of cuDNN on a device ("cuda:0"), by its numbers.
/// @throws ndbench::Unsupported if this plugin is built without cuDNN's headers.
[[nodiscard]] Engines cudnn_engines(const Workload& workload, const std::string& device);

}  // namespace ndbench::kernels
