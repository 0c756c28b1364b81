#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ndbench/video.h"
#include "prednet_network.h"

// What every plugin around a predictive coding network asks for: its video and its sizes.
namespace ndbench::prednet {

inline std::vector<Parameter> video_parameters() {
  return {
      {.name = "dataset",
       .default_value = "sprites",
       .summary = "video to predict: sprites, synthetic, kitti, or a folder, list or video file"},
      {.name = "sequences",
       .default_value = std::int64_t{0},
       .summary = "training sequences to use, the first ones; 0 for all",
       .minimum = 0},
      {.name = "test_sequences",
       .default_value = std::int64_t{0},
       .summary = "test sequences to use, the first ones; 0 for all",
       .minimum = 0},
      {.name = "frame_width",
       .default_value = std::int64_t{0},
       .summary = "pixels to scale frames to; 0 for as they are",
       .minimum = 0,
       .maximum = 4096},
      {.name = "frame_height",
       .default_value = std::int64_t{0},
       .summary = "pixels to scale frames to; 0 for as they are",
       .minimum = 0,
       .maximum = 4096},
      {.name = "layers",
       .default_value = std::int64_t{4},
       .summary = "each half the size of the one below",
       .minimum = 1,
       .maximum = 8},
      {.name = "width",
       .default_value = std::int64_t{48},
       .summary = "channels of layer 1; those above have 2, 4, ... times as many",
       .minimum = 1,
       .maximum = 1024},
  };
}

inline VideoSplits load_frames(const TaskContext& context) {
  const Parameters& parameters = context.parameters;
  return load_video({.dataset = parameters.text("dataset"),
                     .sequences = parameters.integer("sequences"),
                     .test_sequences = parameters.integer("test_sequences"),
                     .width = parameters.integer("frame_width"),
                     .height = parameters.integer("frame_height")},
                    context.data_path);
}

/// Builds a network for frames of this size and draws its weights. `plugin` is named in the error.
/// @throws ndbench::Error if the frames cannot be halved often enough.
inline std::shared_ptr<Network> make_network(const std::string& plugin, const TaskContext& context,
                                             bool is_original, const Video& video) {
  const Architecture architecture{.channels = video.channels,
                                  .height = video.height,
                                  .width = video.width,
                                  .layers = context.parameters.integer("layers"),
                                  .stack = context.parameters.integer("width")};
  const std::int64_t divisor = std::int64_t{1} << (architecture.layers - 1);
  if (video.height % divisor != 0 || video.width % divisor != 0) {
    throw Error(plugin + ": frames of " + std::to_string(video.width) + "x" +
                std::to_string(video.height) + " cannot be halved " +
                std::to_string(architecture.layers - 1) + " times; set frame_width and " +
                "frame_height to multiples of " + std::to_string(divisor) +
                ", or take fewer layers");
  }
  auto network = is_original ? make_original(architecture) : make_watanabe(architecture);
  network->initialize(context.seeds.init);
  return network;
}

}  // namespace ndbench::prednet
