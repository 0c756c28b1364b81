#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ndbench/torch.h"
#include "ndbench/video.h"

namespace ndbench {

/// Windows of frames that follow each other.
struct VideoBatch {
  at::Tensor frames;  ///< [T, N, channels, height, width] float32 in [0, 1] on the device
  /// False if the only window of this batch goes on where the only one of the batch before ended:
  /// with that one's last frame, or with the frame after it. Else state must be reset.
  bool starts_sequence = true;

  [[nodiscard]] std::int64_t size() const { return frames.defined() ? frames.size(1) : 0; }
};

struct VideoBatchesOptions {
  std::int64_t batch_size = 1;  ///< N, windows
  std::int64_t frames = 10;     ///< T, in a window
  /// From the start of a window to the start of the next in its sequence; 0: `frames`. With
  /// `frames` - 1, a window begins with the last frame of the one before: truncated
  /// backpropagation through time, which predicts every frame once.
  std::int64_t stride = 0;
  std::int64_t windows_per_epoch = 0;  ///< the first ones in the order of the epoch; 0: all
  bool shuffle = true;                 ///< false: epochs have the order of the set
  std::string device = "cpu";
  std::uint64_t order_seed = 0;
};

/// Cuts video into batches of windows on the device. The last batch of a pass may be smaller.
///
/// The windows of a sequence begin at frame 0, stride, 2 stride, …; frames at its end that do not
/// fill a window are left out. Video that is not in memory is decoded ahead on threads of its own.
class NDBENCH_API VideoBatches {
 public:
  /// @pre options are positive where 0 has no meaning.
  /// @throws ndbench::Error if no sequence is as long as a window, or if there are fewer than
  ///         windows_per_epoch.
  VideoBatches(Video video, VideoBatchesOptions options);
  VideoBatches(VideoBatches&&) noexcept;
  VideoBatches& operator=(VideoBatches&&) noexcept;
  ~VideoBatches();

  /// Starts a pass in the order that is a function of the order seed and `epoch` alone.
  void start_epoch(std::int64_t epoch);

  /// Starts a pass over all windows, sequence by sequence: for evaluation.
  void start_in_set_order();

  /// The next batch; of size 0 when the pass is over or none was started.
  /// @throws ndbench::Error naming the file and the frame if the video is damaged.
  [[nodiscard]] VideoBatch next();

  /// Waits until nothing is decoded ahead in the background any more.
  void settle();

  [[nodiscard]] std::int64_t batches() const;  ///< in an epoch
  [[nodiscard]] std::int64_t windows() const;  ///< of the whole video

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ndbench
