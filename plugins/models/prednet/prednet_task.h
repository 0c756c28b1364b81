#pragma once

#include <cstdint>
#include <memory>

#include "ndbench/model.h"
#include "ndbench/video.h"
#include "prednet_network.h"

namespace ndbench::prednet {

/// A loop over the frames of a window that is not the task's own.
class FrameLoop {
 public:
  FrameLoop() = default;
  FrameLoop(const FrameLoop&) = delete;
  FrameLoop& operator=(const FrameLoop&) = delete;
  virtual ~FrameLoop() = default;

  /// Called when the window `frames` [T, N, channels, H, W] was loaded, float32 on the device.
  virtual void load(const at::Tensor& frames) = 0;

  /// Shows the frames to the network and moves `state` on.
  /// @return the squared errors of the next frames, summed over the window.
  virtual at::Tensor loss(Network& network, State& state) = 0;

  /// Visits what of the loaded window loss() reads, beside the window itself.
  virtual void visit_batch(const StateVisitor& visit) const = 0;
};

/// How a network is trained.
struct Training {
  bool is_original = true;
  bool every_layer = false;  ///< original: L_all of the paper, else L_0
  std::int64_t frames = 10;  ///< in a window
  std::int64_t batch_size = 4;
  std::int64_t stride = 0;             ///< original: between the starts of windows; 0: `frames`
  std::int64_t windows_per_epoch = 0;  ///< 0: all
  std::shared_ptr<FrameLoop> loop{};   ///< watanabe: instead of the task's own
};

/// Trains on windows of frames: `original` on shuffled ones, each from a state of zero; `watanabe`
/// on the frames in order, with the state carried from window to window and reset where a sequence
/// begins (truncated backpropagation through time).
///
/// Evaluates the mean squared error of predicted frames, the first of each window (original) or
/// sequence (watanabe) left out, beside that of taking each frame for the next.
[[nodiscard]] std::unique_ptr<Task> make_task(const TaskContext& context, const Training& training,
                                              std::shared_ptr<Network> network, VideoSplits data);

}  // namespace ndbench::prednet
