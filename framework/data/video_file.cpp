#include "data/video_file.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "data/scaler.h"

extern "C" {
#include <libavutil/frame.h>
}

namespace ndbench {

VideoFile::VideoFile(std::filesystem::path file, FrameSize size, std::shared_ptr<DecoderPool> pool)
    : file_(std::move(file)), size_(size), pool_(std::move(pool)) {
  VideoDecoder decoder(file_);
  while (decoder.next()) {
    const bool has_time = decoder.has_time();
    can_seek_ = can_seek_ && has_time && (marks_.empty() || decoder.time() > marks_.back().time);
    marks_.push_back({.fingerprint = decoder.fingerprint(),
                      .time = has_time ? decoder.time() : 0,
                      .is_key = decoder.is_key()});
    if (!size_.is_given()) {
      size_ = {.width = decoder.frame().width, .height = decoder.frame().height};
    }
  }
  if (marks_.empty()) {
    throw Error(fmt::format("{}: holds no frame; restore or remove it", file_.native()));
  }
  decoder.check_end();
}

VideoFile::~VideoFile() = default;

void VideoFile::read(std::int64_t first, std::int64_t count, std::span<std::uint8_t> bytes) const {
  assert(first >= 0 && count >= 0 && first + count <= frames());
  assert(std::ssize(bytes) == count * 3 * size_.width * size_.height);
  if (count == 0) {
    return;
  }
  const std::int64_t key = key_before(first);
  DecoderPool::Read turn(*pool_, file_, key, first, count);
  auto decoder = std::move(turn.decoder);
  bool delivered = false;
  try {
    if (decoder == nullptr) {
      decoder = std::make_unique<VideoDecoder>(file_);
    }
    if (decoder->position() < key || decoder->position() > first) {
      const bool found =
          can_seek_ && decoder->seek(key, marks_[static_cast<std::size_t>(key)].time);
      if (!found) {
        decoder = std::make_unique<VideoDecoder>(file_);
      }
    }
    delivered = deliver(*decoder, first, count, bytes);
  } catch (const Error&) {
    // Frames near a key frame may refer to others that were passed over: from the start, then.
  }
  if (!delivered) {
    decoder = std::make_unique<VideoDecoder>(file_);
    if (!deliver(*decoder, first, count, bytes)) {
      throw Error(fmt::format(
          "{}: frame {} is not what it was when the file was opened; leave the file alone while it "
          "is in use",
          file_.native(), decoder->position() - 1));
    }
  }
  turn.decoder = std::move(decoder);
}

/// The last frame up to `first` at which decoding can begin.
std::int64_t VideoFile::key_before(std::int64_t first) const {
  std::int64_t key = can_seek_ ? first : 0;
  while (key > 0 && !marks_[static_cast<std::size_t>(key)].is_key) {
    --key;
  }
  return key;
}

/// False if a frame is not what it was when the file was opened.
bool VideoFile::deliver(VideoDecoder& decoder, std::int64_t first, std::int64_t count,
                        std::span<std::uint8_t> bytes) const {
  Scaler scaler(3, size_.height, size_.width);
  const auto frame_bytes = static_cast<std::size_t>(scaler.bytes());
  while (decoder.position() < first + count) {
    const std::int64_t number = decoder.position();
    if (!decoder.next() ||
        decoder.fingerprint() != marks_[static_cast<std::size_t>(number)].fingerprint) {
      return false;
    }
    if (number >= first) {
      scaler.scale(
          decoder.frame(), file_.native(),
          bytes.subspan(static_cast<std::size_t>(number - first) * frame_bytes, frame_bytes));
    }
  }
  return true;
}

}  // namespace ndbench
