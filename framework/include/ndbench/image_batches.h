#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ndbench/images.h"
#include "ndbench/normalization.h"
#include "ndbench/torch.h"

namespace ndbench {

class Prefetch;

struct ImageBatch {
  at::Tensor inputs;   ///< [N, channels, height, width] float32
  at::Tensor targets;  ///< [N] int64 classes, or [N, attributes] float32, 0 or 1

  [[nodiscard]] std::int64_t size() const { return targets.defined() ? targets.size(0) : 0; }
};

struct ImageBatchesOptions {
  std::int64_t batch_size = 1;
  std::string device = "cpu";
  std::uint64_t order_seed = 0;
  /// Set: each example is padded by 4 black pixels on each side, cropped back to its size at a
  /// random place, and flipped left to right with probability 1/2 (He et al. 2015, section 4.2).
  /// What happens to an example in an epoch depends on this seed and not on the order.
  std::optional<std::uint64_t> augment_seed{};
  Normalization normalization{};
};

/// Cuts images into batches on the device. The last batch of a pass may be smaller.
///
/// Images that are not in memory are read ahead of their use, on threads of their own: at most as
/// many as CPUs that the process may use, three batches in memory. Batches are the same either way.
class NDBENCH_API ImageBatches {
 public:
  ImageBatches(Images images, ImageBatchesOptions options);
  ImageBatches(ImageBatches&& other) noexcept;
  ImageBatches& operator=(ImageBatches&& other) noexcept;
  ~ImageBatches();

  /// Starts a pass in the order that is a function of the order seed and `epoch` alone.
  void start_epoch(std::int64_t epoch);

  /// Starts a pass in the order of the set, without augmentation: for evaluation.
  void start_in_set_order();

  /// The next batch; of size 0 when the pass is over or none was started.
  /// @throws ndbench::Error if an image that is not in memory is damaged.
  [[nodiscard]] ImageBatch next();

  /// Waits until nothing is read ahead in the background any more.
  void settle();

  [[nodiscard]] std::int64_t size() const { return images_.size; }

  /// In a pass.
  [[nodiscard]] std::int64_t batches() const {
    return (images_.size + options_.batch_size - 1) / options_.batch_size;
  }

 private:
  void start(std::vector<std::int64_t> order, std::optional<std::int64_t> augmented_epoch);
  [[nodiscard]] at::Tensor bytes_of(const at::Tensor& indices);
  [[nodiscard]] at::Tensor normalized(const at::Tensor& bytes) const;

  Images images_;
  ImageBatchesOptions options_;
  at::Tensor pixels_;   ///< view of images_, if in memory
  at::Tensor targets_;  ///< view of images_
  at::Tensor shift_;
  at::Tensor scale_;
  at::Tensor order_;
  std::optional<std::int64_t> augmented_epoch_;
  std::int64_t position_ = 0;
  std::unique_ptr<Prefetch> prefetch_;
};

}  // namespace ndbench
