#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ndbench/torch.h"

namespace ndbench::prednet {

/// Sizes of a network. Four layers and a stack of 48 give the published 3, 48, 96, 192 channels.
struct Architecture {
  std::int64_t channels = 3;  ///< of a frame
  std::int64_t height = 128;  ///< of a frame; divisible by 2^(layers - 1), and so is width
  std::int64_t width = 160;
  std::int64_t layers = 4;
  std::int64_t stack = 48;  ///< channels of layer 1, doubled from layer to layer

  [[nodiscard]] std::int64_t channels_of(std::int64_t layer) const {
    return layer == 0 ? channels : stack << (layer - 1);
  }
};

/// What a network knows of the frames so far. [l] is layer l: [N, channels_of(l), H >> l, W >> l].
struct State {
  std::vector<at::Tensor> representation;  ///< R
  std::vector<at::Tensor> cell;            ///< c, the memory of the convolutional LSTM
  std::vector<at::Tensor> feedback;  ///< what else the next frame is seen with: E_l with twice the
                                     ///< channels (original), or the predictions P_l (watanabe)

  /// The same values, cut off from what they were computed from.
  [[nodiscard]] State detached() const;
};

/// What a network makes of one frame.
struct Seen {
  at::Tensor prediction;           ///< [N, channels, H, W] in [0, 1]
  std::vector<at::Tensor> errors;  ///< [l] is E_l, [N, 2 channels_of(l), H >> l, W >> l]
};

/// A predictive coding network: each layer predicts what the layer below it could not.
///
/// A layer has a representation R, which is a convolutional LSTM, a prediction of its input A, and
/// the error E of that prediction in its positive and its negative part. Errors go up,
/// representations go down. Every convolution is 3×3 and keeps the size.
class Network : public torch::nn::Module {
 public:
  explicit Network(const Architecture& architecture) : architecture_(architecture) {}

  /// The state before the first frame of `batch` sequences: all zero.
  [[nodiscard]] virtual State start(std::int64_t batch,
                                    const torch::TensorOptions& options) const = 0;

  /// Sees the frame [N, channels, H, W] with values in [0, 1] and moves `state` on.
  virtual Seen see(const at::Tensor& frame, State& state) = 0;

  /// Draws all weights, each from the stream of its name.
  virtual void initialize(std::uint64_t init_seed) = 0;

  [[nodiscard]] const Architecture& architecture() const { return architecture_; }

 private:
  Architecture architecture_;
};

/// Lotter, Kreiman and Cox 2017, "Deep predictive coding networks" (arXiv 1605.08104); prednet.py
/// of coxlab/prednet, commit 843b452. 6,915,948 parameters with 3, 48, 96, 192 channels.
///
/// What see() predicts is the frame that it is shown, from those before. Gates are hard sigmoids,
/// without peepholes. Weights start uniform (Glorot), biases at 0, as by default in Keras 2.
[[nodiscard]] std::shared_ptr<Network> make_original(const Architecture& architecture);

/// Watanabe et al. 2018 (Front. Psychol. 9:345); net.py of eijwat/prednet_in_chainer_py3, commit
/// 141d86c: the network of Pietrowski et al. 2021. 8,298,348 parameters with 3, 48, 96, 192
/// channels at 160×120.
///
/// What see() predicts is the next frame; the error of the last prediction goes up first. Gates are
/// sigmoids with element-wise peepholes on the last cell, so that the frame's size is part of the
/// network. Weights start normal with variance 1 / fan-in, biases at 0, as by default in Chainer.
[[nodiscard]] std::shared_ptr<Network> make_watanabe(const Architecture& architecture);

}  // namespace ndbench::prednet
