#pragma once

#include <filesystem>
#include <memory>

#include "data/libav_log.h"
#include "data/libav_pointer.h"

extern "C" {
#include <libavformat/avformat.h>
}

namespace ndbench {

struct CloseInput {
  void operator()(AVFormatContext* input) const { avformat_close_input(&input); }
};

/// A video file that is open, and a decoder for its video stream.
struct VideoInput {
  std::unique_ptr<AVFormatContext, CloseInput> container;
  AVStream* stream = nullptr;
  LibavPointer<AVCodecContext> decoder;
};

/// Opens a local file. The decoder works in software, on the calling thread, bit-exactly, and takes
/// damage for an error.
///
/// Only containers that hold their data themselves are accepted: playlists and scripts (HLS, DASH,
/// concat) could make it read other files or the network.
/// @throws ndbench::Error naming the file, with what `log` heard.
[[nodiscard]] VideoInput open_video_input(const std::filesystem::path& file, const LibavLog& log);

}  // namespace ndbench
