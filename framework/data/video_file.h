#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "data/decoder_pool.h"
#include "data/frame_size.h"
#include "ndbench/video.h"

namespace ndbench {

/// The frames of a video file, any that FFmpeg's libraries open, as [3, height, width] RGB.
///
/// The whole file is decoded once when it is opened: its frames are counted, damage is found, and
/// each frame's fingerprint is noted. Reading goes to the key frame before and decodes on; a frame
/// whose fingerprint then differs is decoded again from the start of the file. So a frame has the
/// same bytes in whatever order frames are read. Rotation marks are not followed, interlaced fields
/// and pixels that are not square are left as they are.
class VideoFile final : public FrameSource {
 public:
  /// @param size what frames are scaled to fill and cut to; not given: as they are.
  /// @param pool keeps decoders between reads; may be shared with other files.
  /// @throws ndbench::Error naming file and frame.
  VideoFile(std::filesystem::path file, FrameSize size, std::shared_ptr<DecoderPool> pool);
  ~VideoFile() override;

  [[nodiscard]] std::int64_t frames() const { return static_cast<std::int64_t>(marks_.size()); }
  [[nodiscard]] FrameSize size() const { return size_; }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint8_t> bytes) const override;

 private:
  struct Mark {
    std::uint64_t fingerprint;
    std::int64_t time;
    bool is_key;
  };

  [[nodiscard]] std::int64_t key_before(std::int64_t first) const;
  [[nodiscard]] bool deliver(VideoDecoder& decoder, std::int64_t first, std::int64_t count,
                             std::span<std::uint8_t> bytes) const;

  std::filesystem::path file_;
  FrameSize size_;
  std::shared_ptr<DecoderPool> pool_;
  std::vector<Mark> marks_;
  bool can_seek_ = true;  ///< every frame has a time of its own, and they grow
};

}  // namespace ndbench
