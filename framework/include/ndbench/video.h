#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {

/// Gives the frames of one sequence, decoding them when asked.
class NDBENCH_API FrameSource {
 public:
  FrameSource() = default;
  FrameSource(const FrameSource&) = delete;
  FrameSource& operator=(const FrameSource&) = delete;
  virtual ~FrameSource();

  /// Fills `bytes` with the `count` frames from `first` on, [count, channels, height, width].
  /// What they hold depends on (first, count) alone; in order is fastest. Several threads may call
  /// it at once. @pre the frames exist.
  /// @throws ndbench::Error naming the file and the frame if it is damaged.
  virtual void read(std::int64_t first, std::int64_t count,
                    std::span<std::uint8_t> bytes) const = 0;
};

/// One uninterrupted take.
struct FrameSequence {
  std::string name;
  std::int64_t frames = 0;
  std::vector<std::uint8_t> pixels{};           ///< [frames, channels, height, width] row-major
  std::shared_ptr<const FrameSource> source{};  ///< instead of `pixels` where they are many
};

/// Sequences of frames of one size.
struct Video {
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<FrameSequence> sequences{};

  [[nodiscard]] std::int64_t frame_bytes() const { return channels * height * width; }
  [[nodiscard]] NDBENCH_API std::int64_t frames() const;  ///< over all sequences

  /// Copies `count` frames of a sequence from `first` on, wherever they are. Thread-safe.
  NDBENCH_API void read(std::size_t sequence, std::int64_t first, std::int64_t count,
                        std::span<std::uint8_t> bytes) const;
};

struct VideoSplits {
  Video train;
  Video test;
};

/// Which frames to load, and how.
struct VideoRequest {
  std::string dataset;              ///< see load_video()
  std::int64_t sequences = 0;       ///< training sequences, the first ones; 0: all
  std::int64_t test_sequences = 0;  ///< test sequences, the first ones; 0: all
  /// Size in pixels: frames are scaled to fill it and cut to it around the middle. 0 and 0: as they
  /// are, and then all must have one size.
  std::int64_t width = 0;
  std::int64_t height = 0;
};

/// Loads video from the first folder of `data_path` that holds it.
///
/// - sprites: two pieces of clothing of Fashion-MNIST moving over a black 1x32x48 picture and
///   bouncing off its edges; 41 frames a sequence, 500 + 100 sequences; training and test sprites
///   are among the first 1000 images of that set's two splits. Width and height are those of the
///   picture.
/// - synthetic: moving squares made from a fixed seed, needs no files; 3x32x48, 41 frames, 500 +
///   100. Width and height as above.
/// - kitti: raw recordings, `<date>/<drive>/image_03/data/*.png`; train and test split of Lotter et
///   al. 2016.
/// - a folder: one folder of frames (.jpg, .png) per sequence, named in order, or one video file
///   per sequence, or the frames of a single one; train/ and test/ (or val/), or train_list.txt and
///   test_list.txt, where there are.
/// - a .txt file: a list, one path per line, of a frame, a folder, a video file or another list;
///   frames in a row are one sequence; paths are relative to the list.
/// - any other file: a video that FFmpeg's libraries open.
///
/// What has no test split keeps the last fifth of its sequences (at least one) for testing; or, if
/// it is a single sequence, the last fifth of its frames.
///
/// Frames from files are 3xHxW, red, green and blue. Up to 512 MiB of frames of a split are decoded
/// here, once; more are decoded when they are read.
/// @throws ndbench::Error naming the file and the frame if data is damaged; every folder tried,
///         what to put where, and the official address if it is missing.
[[nodiscard]] NDBENCH_API VideoSplits
load_video(const VideoRequest& request, const std::vector<std::filesystem::path>& data_path);

}  // namespace ndbench
