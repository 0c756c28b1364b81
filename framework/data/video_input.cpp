#include "data/video_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <string_view>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {
namespace {

// Those whose demuxers read the one file that they are given, and nothing else.
constexpr const char* kContainers =
    "avi,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ivf,flv,asf,ogg,"
    "nut,mjpeg,dv,mxf";
constexpr int kMaxSide = 16384;

/// The most pixels of a frame: compression knows no bound, so that a header of some bytes can ask
/// for any number. 4096 × 2304 are let pass in any file, 21 for each of its bytes in a large one.
std::int64_t most_pixels(std::uintmax_t file_bytes) {
  constexpr std::int64_t kInAnyFile = 4096 * 2304;
  constexpr std::int64_t kInAll = 7680 * 4320;
  const auto bytes = static_cast<std::int64_t>(std::min<std::uintmax_t>(file_bytes, kInAll));
  return std::clamp(21 * bytes, kInAnyFile, kInAll);
}

constexpr int kStrict = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;

/// A container says how large its parts are, and libavformat believes it. This holds for the whole
/// process, in which nothing but videos and pictures comes from these libraries.
void limit_allocations() {
  constexpr std::size_t kMostBytes = 100'000'000;  // 7680 × 4320 pixels of three bytes
  static const bool is_limited = [] {
    av_max_alloc(kMostBytes);
    return true;
  }();
  (void)is_limited;
}

class Opening {
 public:
  Opening(const std::filesystem::path& file, const LibavLog& log) : file_(file), log_(log) {}

  VideoInput open() {
    open_container();
    const AVCodec* codec = choose_stream();
    open_decoder(codec);
    return std::move(input_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(
        fmt::format("{}: {}{}", file_.native(), what,
                    log_.text().empty() ? "" : fmt::format(" (FFmpeg says: {})", log_.text())));
  }

  void open_container() {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file_, error)) {
      fail("is not a file that can be read; check the path and its permissions");
    }
    const std::uintmax_t bytes = std::filesystem::file_size(file_, error);
    if (error) {
      fail("is not a file that can be read; check the path and its permissions");
    }
    most_pixels_ = most_pixels(bytes);
    limit_allocations();
    AVFormatContext* container = nullptr;
    AVDictionary* options = nullptr;
    av_dict_set(&options, "protocol_whitelist", "file", 0);
    av_dict_set(&options, "format_whitelist", kContainers, 0);
    // Without "file:", a name such as http:x or concat:a|b would be taken for what it looks like.
    const std::string name = "file:" + file_.native();
    const int code = avformat_open_input(&container, name.c_str(), nullptr, &options);
    av_dict_free(&options);
    if (code < 0) {
      fail(
          "cannot be opened as a video: it is damaged, cut off, or in a container that is not "
          "accepted; restore it, or convert it with 'ffmpeg -i FILE -an NEW.mkv'");
    }
    input_.container.reset(container);
    container->error_recognition = kStrict;
    // It decodes frames to find out what is in the streams.
    std::vector<AVDictionary*> limits(container->nb_streams);
    for (AVDictionary*& limit : limits) {
      av_dict_set_int(&limit, "max_pixels", most_pixels_, 0);
    }
    const int found = avformat_find_stream_info(container, limits.data());
    for (AVDictionary*& limit : limits) {
      av_dict_free(&limit);
    }
    if (found < 0) {
      fail("is damaged: its streams cannot be read; restore it");
    }
  }

  const AVCodec* choose_stream() {
    AVFormatContext& container = *input_.container;
    const AVCodec* codec = nullptr;
    const int index = av_find_best_stream(&container, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    // A sound file may have a picture of its cover.
    if (index < 0 || (container.streams[index]->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) {
      fail("holds no video that libavcodec can decode; check that it is the right file");
    }
    input_.stream = container.streams[index];
    for (unsigned other = 0; other < container.nb_streams; ++other) {
      container.streams[other]->discard =
          static_cast<int>(other) == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
    return codec;
  }

  void open_decoder(const AVCodec* codec) {
    const AVCodecParameters& parameters = *input_.stream->codecpar;
    if (parameters.width > kMaxSide || parameters.height > kMaxSide ||
        std::int64_t{parameters.width} * parameters.height > most_pixels_) {
      fail(
          fmt::format("claims frames of {}x{} pixels, where sides of at most {} and {} pixels in "
                      "all are read in a file of its size; check that it is the right file",
                      parameters.width, parameters.height, kMaxSide, most_pixels_));
    }
    input_.decoder.reset(avcodec_alloc_context3(codec));
    AVCodecContext* decoder = input_.decoder.get();
    if (decoder == nullptr || avcodec_parameters_to_context(decoder, &parameters) < 0) {
      throw std::bad_alloc();
    }
    decoder->thread_count = 1;  // LibavLog hears this thread alone
    decoder->max_pixels = most_pixels_;
    decoder->pkt_timebase = input_.stream->time_base;
    decoder->flags |= AV_CODEC_FLAG_BITEXACT;
    decoder->idct_algo = FF_IDCT_SIMPLE;  // the one that has no variants for CPUs
    decoder->err_recognition = kStrict;
    if (avcodec_open2(decoder, codec, nullptr) < 0) {
      fail(
          fmt::format("its decoder ({}) cannot be opened; convert it with 'ffmpeg -i FILE -an "
                      "NEW.mkv'",
                      codec->name));
    }
  }

  const std::filesystem::path& file_;
  const LibavLog& log_;
  std::int64_t most_pixels_ = 0;  ///< of a frame
  VideoInput input_{};
};

}  // namespace

VideoInput open_video_input(const std::filesystem::path& file, const LibavLog& log) {
  return Opening(file, log).open();
}

}  // namespace ndbench
