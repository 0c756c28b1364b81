#include "data/video_decoder.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "data/libav_log.h"
#include "data/libav_pointer.h"
#include "data/video_input.h"
#include "ndbench/error.h"

extern "C" {
#include <libavutil/imgutils.h>
}

namespace ndbench {

struct VideoDecoder::Libav {
  LibavLog* log = nullptr;  ///< while a call is under way
  VideoInput input{};
  LibavPointer<AVPacket> packet{av_packet_alloc()};
  LibavPointer<AVFrame> frame{av_frame_alloc()};
  FrameSize size{};  ///< of the first frame
  double end = 0;    ///< when the frame decoded last does, in the stream's unit
  std::vector<std::uint8_t> bytes{};
};

/// Hears what the libraries say during one call.
struct VideoDecoder::Call {
  explicit Call(Libav& by) : libav(by) { libav.log = &log; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { libav.log = nullptr; }

  LibavLog log;
  Libav& libav;
};

VideoDecoder::VideoDecoder(std::filesystem::path file)
    : file_(std::move(file)), libav_(std::make_unique<Libav>()) {
  if (libav_->packet == nullptr || libav_->frame == nullptr) {
    throw std::bad_alloc();
  }
  const Call call(*libav_);
  libav_->input = open_video_input(file_, call.log);
}

VideoDecoder::~VideoDecoder() = default;

void VideoDecoder::fail(const std::string& what) const {
  const std::string log = libav_->log == nullptr ? "" : libav_->log->text();
  throw Error(fmt::format("{}: {}{}", file_.native(), what,
                          log.empty() ? "" : fmt::format(" (FFmpeg says: {})", log)));
}

void VideoDecoder::feed() {
  AVPacket* packet = libav_->packet.get();
  for (;;) {
    av_packet_unref(packet);
    int code = av_read_frame(libav_->input.container.get(), packet);
    const AVIOContext* io = libav_->input.container->pb;
    if (code == AVERROR_EOF && (io == nullptr || io->error >= 0 || io->error == AVERROR_EOF)) {
      code = avcodec_send_packet(libav_->input.decoder.get(), nullptr);
    } else if (code >= 0 && packet->stream_index != libav_->input.stream->index) {
      continue;
    } else if (code >= 0 && (packet->flags & AV_PKT_FLAG_CORRUPT) != 0) {
      code = AVERROR_INVALIDDATA;
    } else if (code >= 0) {
      code = avcodec_send_packet(libav_->input.decoder.get(), packet);
    }
    if (code < 0) {
      fail(fmt::format("is damaged at frame {} or soon after; restore or remove it", position_));
    }
    return;
  }
}

bool VideoDecoder::decode() {
  AVFrame* frame = libav_->frame.get();
  int code = 0;
  while ((code = avcodec_receive_frame(libav_->input.decoder.get(), frame)) == AVERROR(EAGAIN)) {
    feed();
  }
  if (code == AVERROR_EOF) {
    return false;
  }
  if (code < 0 || frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0) {
    fail(fmt::format("frame {} is damaged; restore or remove the file", position_));
  }
  const FrameSize size{.width = frame->width, .height = frame->height};
  if (!libav_->size.is_given()) {
    libav_->size = size;
  } else if (size != libav_->size) {
    fail(fmt::format("frame {} has {}x{} pixels, but the first has {}x{}; cut the file there",
                     position_, size.width, size.height, libav_->size.width, libav_->size.height));
  }
  if (has_time()) {
    // Not in integers: a header may claim any number.
    libav_->end = static_cast<double>(time()) + static_cast<double>(frame->pkt_duration);
  }
  return true;
}

bool VideoDecoder::next() {
  if (!holds_next_) {
    const Call call(*libav_);
    const bool decoded = decode();
    if (call.log.has_error()) {
      fail(
          fmt::format("is damaged at frame {} or soon after; restore or remove it, or convert it "
                      "with 'ffmpeg -i FILE -an NEW.mkv'",
                      position_));
    }
    if (!decoded) {
      return false;
    }
  }
  holds_next_ = false;
  ++position_;
  return true;
}

const AVFrame& VideoDecoder::frame() const { return *libav_->frame; }
bool VideoDecoder::is_key() const { return libav_->frame->key_frame != 0; }
bool VideoDecoder::has_time() const {
  return libav_->frame->best_effort_timestamp != AV_NOPTS_VALUE;
}
std::int64_t VideoDecoder::time() const { return libav_->frame->best_effort_timestamp; }

std::uint64_t VideoDecoder::fingerprint() const {
  const AVFrame& frame = *libav_->frame;
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const int size = av_image_get_buffer_size(format, frame.width, frame.height, 1);
  if (size < 0) {
    fail(fmt::format("frame {} is in a format that libavutil does not know", position_));
  }
  libav_->bytes.resize(static_cast<std::size_t>(size));
  av_image_copy_to_buffer(libav_->bytes.data(), size, frame.data, frame.linesize, format,
                          frame.width, frame.height, 1);
  return XXH3_64bits(libav_->bytes.data(), libav_->bytes.size());
}

bool VideoDecoder::seek(std::int64_t number, std::int64_t time) try {
  const Call call(*libav_);
  holds_next_ = false;
  if (av_seek_frame(libav_->input.container.get(), libav_->input.stream->index, time,
                    AVSEEK_FLAG_BACKWARD) < 0) {
    return false;
  }
  avcodec_flush_buffers(libav_->input.decoder.get());
  position_ = number;
  while (decode() && has_time() && this->time() <= time) {
    if (this->time() == time) {
      holds_next_ = true;
      return true;
    }
  }
  return false;
} catch (const Error&) {
  // Frames before the key frame may refer to others that were not decoded.
  return false;
}

void VideoDecoder::check_end() const {
  // Headers round, and count frames that were never recorded: a twentieth is let pass.
  const AVStream& stream = *libav_->input.stream;
  constexpr double kMost = 0.95;
  bool early = false;
  std::int64_t duration = stream.duration;
  const AVFormatContext& container = *libav_->input.container;
  if (std::string_view(container.iformat->name) == "avi") {
    // libavformat makes the duration of AVI up from what there is, but tells the number of frames.
    early = static_cast<double>(position_ + 1) < kMost * static_cast<double>(stream.nb_frames);
  }
  // That of a container is that of its longest stream, or only a guess from its bytes.
  if (duration <= 0 && container.nb_streams == 1 && container.duration > 0 &&
      container.duration_estimation_method != AVFMT_DURATION_FROM_BITRATE) {
    duration = av_rescale_q(container.duration, AV_TIME_BASE_Q, stream.time_base);
  }
  if (duration > 0) {
    const double start =
        stream.start_time == AV_NOPTS_VALUE ? 0 : static_cast<double>(stream.start_time);
    const auto claimed = static_cast<double>(duration);
    // The last frame may have no length of its own.
    const double rate = av_q2d(stream.avg_frame_rate) * av_q2d(stream.time_base);
    const double two_frames = rate > 0 ? 2 / rate : 0;
    early = early || libav_->end - start + two_frames < kMost * claimed;
  }
  if (early) {
    fail(fmt::format(
        "ends after {} frames, earlier than its header says: it was cut off; restore it",
        position_));
  }
}

}  // namespace ndbench
