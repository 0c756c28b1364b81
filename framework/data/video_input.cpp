#include "data/video_input.h"

#include <fmt/format.h>

#include <new>
#include <string_view>

#include "ndbench/error.h"

namespace ndbench {
namespace {

// Those whose demuxers read the one file that they are given, and nothing else.
constexpr const char* kContainers =
    "avi,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ivf,flv,asf,ogg,"
    "nut,mjpeg,dv,mxf";
constexpr int kMaxSide = 16384;
constexpr std::int64_t kMaxPixels = 100'000'000;
constexpr int kStrict = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;

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
    if (avformat_find_stream_info(container, nullptr) < 0) {
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
        std::int64_t{parameters.width} * parameters.height > kMaxPixels) {
      fail(
          fmt::format("claims frames of {}x{} pixels, where sides of at most {} and {} pixels in "
                      "all are read; check that it is the right file",
                      parameters.width, parameters.height, kMaxSide, kMaxPixels));
    }
    input_.decoder.reset(avcodec_alloc_context3(codec));
    AVCodecContext* decoder = input_.decoder.get();
    if (decoder == nullptr || avcodec_parameters_to_context(decoder, &parameters) < 0) {
      throw std::bad_alloc();
    }
    decoder->thread_count = 1;  // LibavLog hears this thread alone
    decoder->max_pixels = kMaxPixels;
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
  VideoInput input_{};
};

}  // namespace

VideoInput open_video_input(const std::filesystem::path& file, const LibavLog& log) {
  return Opening(file, log).open();
}

}  // namespace ndbench
