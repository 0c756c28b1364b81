#include "data/picture_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <vector>

#include "data/jpeg_markers.h"
#include "data/libav_log.h"
#include "ndbench/error.h"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

namespace ndbench {
namespace {

constexpr int kMaxSide = 16384;
constexpr std::int64_t kMaxPixels = 100'000'000;

bool begins_with(std::span<const std::uint8_t> file, std::span<const std::uint8_t> magic) {
  return file.size() >= magic.size() && std::equal(magic.begin(), magic.end(), file.begin());
}

AVCodecID codec_of(std::span<const std::uint8_t> file, std::string_view name) {
  constexpr std::array<std::uint8_t, 3> kJpeg{0xff, 0xd8, 0xff};
  constexpr std::array<std::uint8_t, 8> kPng{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  if (begins_with(file, kJpeg)) {
    return AV_CODEC_ID_MJPEG;
  }
  if (begins_with(file, kPng)) {
    return AV_CODEC_ID_PNG;
  }
  if (file.empty()) {
    throw Error(fmt::format("{}: is empty; restore or remove it", name));
  }
  throw Error(
      fmt::format("{}: begins with the bytes {:02x}, which is neither JPEG nor PNG; "
                  "convert or remove it",
                  name, fmt::join(file.first(std::min<std::size_t>(file.size(), 8)), " ")));
}

/// What reserve_frame() has to know.
struct Reservation {
  std::uint8_t fill;  ///< for each byte that is reserved
  std::int64_t file_bytes;
};

/// The most pixels that a file can hold: Deflate makes at most 1032 bytes of one, and a JPEG has a
/// bit or more for each block of 8 × 8, which libavcodec does not ask of all kinds. Without this
/// limit a file of some bytes would reserve as much memory as its header likes.
std::int64_t most_pixels(const AVCodecContext& decoder, const AVFrame& frame,
                         std::int64_t file_bytes) {
  if (decoder.codec_id != AV_CODEC_ID_PNG) {
    return file_bytes * 8 * 64;
  }
  const int bits =
      av_get_bits_per_pixel(av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format)));
  // In the file, grey and palettes may have one bit; transparency may be told for all at once.
  const int bits_in_file = bits <= 8 ? 1 : bits * 3 / 4;
  return file_bytes * 8 * 1032 / bits_in_file;
}

/// Refuses what is too large before memory for it is reserved, and fills what is reserved: a
/// decoder that gets too few rows may leave the others as they were, whatever they were.
int reserve_frame(AVCodecContext* decoder, AVFrame* frame, int flags) {
  const auto& reservation = *static_cast<const Reservation*>(decoder->opaque);
  if (frame->width > kMaxSide || frame->height > kMaxSide) {
    av_log(decoder, AV_LOG_ERROR, "%dx%d pixels, where sides of at most %d are read\n",
           frame->width, frame->height, kMaxSide);
    return AVERROR_INVALIDDATA;
  }
  if (std::int64_t{frame->width} * frame->height >
      most_pixels(*decoder, *frame, reservation.file_bytes)) {
    av_log(decoder, AV_LOG_ERROR, "%dx%d pixels, more than its %lld bytes can hold\n", frame->width,
           frame->height, static_cast<long long>(reservation.file_bytes));
    return AVERROR_INVALIDDATA;
  }
  const int code = avcodec_default_get_buffer2(decoder, frame, flags);
  for (std::size_t i = 0; code >= 0 && i < std::size(frame->buf) && frame->buf[i] != nullptr; ++i) {
    std::memset(frame->buf[i]->data, reservation.fill, frame->buf[i]->size);
  }
  return code;
}

LibavPointer<AVCodecContext> open_decoder(AVCodecID codec_id, std::string_view name,
                                          Reservation& reservation, const LibavLog& log) {
  const AVCodec* codec = avcodec_find_decoder(codec_id);
  LibavPointer<AVCodecContext> decoder(codec == nullptr ? nullptr : avcodec_alloc_context3(codec));
  if (decoder == nullptr) {
    throw Error(
        fmt::format("{}: this build of libavcodec has no decoder for {}; install one that "
                    "has (Debian: libavcodec59)",
                    name, avcodec_get_name(codec_id)));
  }
  decoder->thread_count = 1;
  decoder->thread_type = 0;  // with others it warns of get_buffer2, in the place of what is wrong
  decoder->max_pixels = kMaxPixels;
  decoder->opaque = &reservation;
  decoder->get_buffer2 = reserve_frame;
  decoder->flags |= AV_CODEC_FLAG_BITEXACT;
  decoder->idct_algo = FF_IDCT_SIMPLE;  // the one that has no variants for CPUs
  decoder->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
  if (const int code = avcodec_open2(decoder.get(), codec, nullptr); code < 0) {
    throw Error(
        fmt::format("{}: its decoder cannot be opened: {}; check the installation of "
                    "libavcodec",
                    name, describe_libav_error(code, log)));
  }
  return decoder;
}

LibavPointer<AVPacket> packet_of(std::span<const std::uint8_t> file) {
  LibavPointer<AVPacket> packet(av_packet_alloc());
  // With the zeros behind it that decoders read over.
  if (packet == nullptr || av_new_packet(packet.get(), static_cast<int>(file.size())) < 0) {
    throw std::bad_alloc();
  }
  std::copy(file.begin(), file.end(), packet->data);
  return packet;
}

std::string_view format_of(AVCodecID codec) { return codec == AV_CODEC_ID_PNG ? "PNG" : "JPEG"; }

/// Decodes into memory that is filled with `fill` beforehand.
LibavPointer<AVFrame> decode_over(std::uint8_t fill, AVCodecID codec,
                                  std::span<const std::uint8_t> file, std::string_view name) {
  const LibavLog log;
  Reservation reservation{.fill = fill, .file_bytes = std::ssize(file)};
  const auto decoder = open_decoder(codec, name, reservation, log);
  const auto packet = packet_of(file);
  LibavPointer<AVFrame> frame(av_frame_alloc());
  if (frame == nullptr) {
    throw std::bad_alloc();
  }
  int code = avcodec_send_packet(decoder.get(), packet.get());
  if (code >= 0) {
    (void)avcodec_send_packet(decoder.get(), nullptr);
    code = avcodec_receive_frame(decoder.get(), frame.get());
  }
  if (code < 0 || frame->decode_error_flags != 0) {
    throw Error(fmt::format("{}: is a damaged {} file: {}; restore or remove it", name,
                            format_of(codec),
                            describe_libav_error(code < 0 ? code : AVERROR_INVALIDDATA, log)));
  }
  return frame;
}

/// Whether the last row of a plane holds nothing but `fill`: then it may never have been written.
bool ends_in(std::uint8_t fill, const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
  for (int plane = 0; plane < av_pix_fmt_count_planes(format); ++plane) {
    const bool chroma = plane == 1 || plane == 2;
    const int rows =
        chroma ? AV_CEIL_RSHIFT(frame.height, description->log2_chroma_h) : frame.height;
    const int bytes = av_image_get_linesize(format, frame.width, plane);
    const std::uint8_t* row = frame.data[plane] + std::ptrdiff_t{rows - 1} * frame.linesize[plane];
    if (std::all_of(row, row + bytes, [fill](std::uint8_t byte) { return byte == fill; })) {
      return true;
    }
  }
  return false;
}

std::vector<std::uint8_t> visible_bytes(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const int size = av_image_get_buffer_size(format, frame.width, frame.height, 1);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(std::max(size, 0)));
  av_image_copy_to_buffer(bytes.data(), size, frame.data, frame.linesize, format, frame.width,
                          frame.height, 1);
  return bytes;
}

/// An interlaced PNG writes its last rows early.
bool is_interlaced_png(AVCodecID codec, std::span<const std::uint8_t> file) {
  constexpr std::size_t kInterlaceMethod = 28;
  return codec == AV_CODEC_ID_PNG && file.size() > kInterlaceMethod && file[kInterlaceMethod] != 0;
}

}  // namespace

LibavPointer<AVFrame> decode_picture_file(std::span<const std::uint8_t> file,
                                          std::string_view name) {
  const AVCodecID codec = codec_of(file, name);
  if (codec == AV_CODEC_ID_MJPEG && !reaches_end_of_image(file)) {
    throw Error(fmt::format("{}: ends at byte {}, before its JPEG image does; restore or remove it",
                            name, file.size()));
  }
  constexpr std::uint8_t kFill = 0xa5;
  constexpr std::uint8_t kOtherFill = 0x5a;
  auto frame = decode_over(kFill, codec, file, name);
  if ((is_interlaced_png(codec, file) || ends_in(kFill, *frame)) &&
      visible_bytes(*frame) != visible_bytes(*decode_over(kOtherFill, codec, file, name))) {
    throw Error(
        fmt::format("{}: is a damaged {} file: it has fewer rows than its {}x{} pixels; "
                    "restore or remove it",
                    name, format_of(codec), frame->width, frame->height));
  }
  return frame;
}

}  // namespace ndbench
