#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "data/frame_size.h"

struct AVFrame;

namespace ndbench {

/// Decodes the frames of a video file in order (see open_video_input). Used by one thread at a
/// time.
class VideoDecoder {
 public:
  /// @throws ndbench::Error naming the file if it cannot be opened or holds no video.
  explicit VideoDecoder(std::filesystem::path file);
  VideoDecoder(const VideoDecoder&) = delete;
  VideoDecoder& operator=(const VideoDecoder&) = delete;
  ~VideoDecoder();

  /// Decodes the next frame; false at the end.
  /// @throws ndbench::Error naming file and frame if the data is damaged.
  [[nodiscard]] bool next();

  /// The frame that next() decoded, and what is known of it.
  [[nodiscard]] const AVFrame& frame() const;
  [[nodiscard]] bool is_key() const;
  [[nodiscard]] bool has_time() const;
  [[nodiscard]] std::int64_t time() const;          ///< in the file's unit. @pre has_time()
  [[nodiscard]] std::uint64_t fingerprint() const;  ///< of its bytes as they were stored

  /// The number of the frame that next() will decode.
  [[nodiscard]] std::int64_t position() const { return position_; }

  /// Goes to frame `number`, a key frame shown at `time`; false if that is not where it got, and
  /// then the decoder is of no further use.
  [[nodiscard]] bool seek(std::int64_t number, std::int64_t time);

  /// Throws if the file claims to last longer than to the end of the frame decoded last.
  void check_end() const;

 private:
  struct Libav;
  struct Call;

  [[noreturn]] void fail(const std::string& what) const;
  void feed();
  [[nodiscard]] bool decode();

  std::filesystem::path file_;
  std::unique_ptr<Libav> libav_;
  std::int64_t position_ = 0;
  bool holds_next_ = false;  ///< frame() is what next() is to give, after seek()
};

}  // namespace ndbench
