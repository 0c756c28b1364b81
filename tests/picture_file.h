#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>

extern "C" {
#include <libavutil/opt.h>
}

#include "data/libav_pointer.h"

namespace ndbench {

/// Value of a colour channel (0 to 2) or component at a pixel.
using PixelAt = std::function<int(int channel, int y, int x)>;

/// The bytes of a picture file as FFmpeg's encoder writes it. For JPEG (AV_CODEC_ID_MJPEG) in
/// YUVJ444P `pixel` gives Y, Cb, Cr; for PNG in RGB24 or GRAY8 red, green, blue or grey.
inline std::string encode_picture(AVCodecID id, AVPixelFormat format, int height, int width,
                                  const PixelAt& pixel) {
  const AVCodec* codec = avcodec_find_encoder(id);
  LibavPointer<AVCodecContext> encoder(avcodec_alloc_context3(codec));
  encoder->width = width;
  encoder->height = height;
  encoder->pix_fmt = format;
  encoder->color_range = AVCOL_RANGE_JPEG;
  encoder->time_base = {1, 25};
  encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  encoder->global_quality = FF_QP2LAMBDA * 2;
  encoder->thread_count = 1;
  EXPECT_GE(avcodec_open2(encoder.get(), codec, nullptr), 0);

  LibavPointer<AVFrame> frame(av_frame_alloc());
  frame->format = format;
  frame->width = width;
  frame->height = height;
  frame->quality = encoder->global_quality;
  frame->color_range = AVCOL_RANGE_JPEG;
  EXPECT_GE(av_frame_get_buffer(frame.get(), 0), 0);
  const bool packed = format == AV_PIX_FMT_RGB24;
  const int channels = format == AV_PIX_FMT_GRAY8 ? 1 : 3;
  for (int channel = 0; channel < channels; ++channel) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int plane = packed ? 0 : channel;
        const int column = packed ? 3 * x + channel : x;
        frame->data[plane][y * frame->linesize[plane] + column] =
            static_cast<std::uint8_t>(pixel(channel, y, x));
      }
    }
  }
  EXPECT_GE(avcodec_send_frame(encoder.get(), frame.get()), 0);
  EXPECT_GE(avcodec_send_frame(encoder.get(), nullptr), 0);
  LibavPointer<AVPacket> packet(av_packet_alloc());
  EXPECT_GE(avcodec_receive_packet(encoder.get(), packet.get()), 0);
  return {reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)};
}

inline std::string png_file(int height, int width, const PixelAt& rgb) {
  return encode_picture(AV_CODEC_ID_PNG, AV_PIX_FMT_RGB24, height, width, rgb);
}

/// Y, Cb and Cr at full resolution.
inline std::string jpeg_file(int height, int width, const PixelAt& ycc) {
  return encode_picture(AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ444P, height, width, ycc);
}

/// A JPEG of one grey.
inline std::string grey_jpeg(int height, int width, int grey) {
  return jpeg_file(height, width, [grey](int channel, int, int) { return channel ? 128 : grey; });
}

/// A JPEG with much detail, so that nearly all of its bytes are compressed data.
inline std::string busy_jpeg(int height, int width) {
  return jpeg_file(height, width, [](int channel, int y, int x) {
    return channel != 0 ? 128 : (x * 7919 + y * 104729 + (x * y) % 251 * 31) % 256;
  });
}

}  // namespace ndbench
