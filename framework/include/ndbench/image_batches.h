#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ndbench/images.h"
#include "ndbench/torch.h"

namespace ndbench {

/// How bytes become floats, per channel: (pixel - shift) * scale.
struct PixelScale {
  std::vector<double> shift;
  std::vector<double> scale;
};

/// Maps 0 … 255 to [0, 1].
[[nodiscard]] NDBENCH_API PixelScale unit_scale(const Images& images);

/// Maps each channel of `images` to mean 0 and standard deviation 1 over all its pixels.
/// @throws ndbench::Error if a channel is constant.
[[nodiscard]] NDBENCH_API PixelScale standard_scale(const Images& images);

struct ImageBatch {
  at::Tensor inputs;   ///< [N, channels, height, width] float32
  at::Tensor targets;  ///< [N] int64

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
};

/// Cuts images in memory into batches on the device. The last batch of a pass may be smaller.
class NDBENCH_API ImageBatches {
 public:
  ImageBatches(Images images, const PixelScale& scale, ImageBatchesOptions options);

  /// Starts a pass in the order that is a function of the order seed and `epoch` alone.
  void start_epoch(std::int64_t epoch);

  /// Starts a pass in the order of the set, without augmentation: for evaluation.
  void start_in_set_order();

  /// The next batch; of size 0 when the pass is over or none was started.
  [[nodiscard]] ImageBatch next();

  [[nodiscard]] std::int64_t size() const { return images_.size; }

 private:
  [[nodiscard]] at::Tensor augmented(const at::Tensor& indices) const;

  Images images_;
  ImageBatchesOptions options_;
  at::Tensor pixels_;  ///< views of images_
  at::Tensor labels_;
  at::Tensor shift_;
  at::Tensor scale_;
  at::Tensor order_;
  std::int64_t epoch_ = 0;
  std::int64_t position_ = 0;
  bool augment_ = false;
};

}  // namespace ndbench
