#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>

extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

#include "data/libav_pointer.h"

namespace ndbench {

/// How write_video() encodes.
struct VideoEncoding {
  AVCodecID codec = AV_CODEC_ID_FFV1;  ///< lossless; MPEG-4 is the other that is tried
  int frames = 0;
  int height = 24;
  int width = 32;
  int b_frames = 0;
  int key_every = 1;
};

/// Red, green and blue of frame `number` of a lossless video at (x, y): no two frames are equal.
inline std::uint8_t written_pixel(int channel, int number, int y, int x) {
  return static_cast<std::uint8_t>(17 * number + 5 * x + 3 * y + 70 * channel);
}

/// Writes a video file of the kind that its name says; FFV1 holds written_pixel() exactly.
inline void write_video(const std::filesystem::path& file, const VideoEncoding& encoding) {
  const bool lossless = encoding.codec == AV_CODEC_ID_FFV1;
  AVFormatContext* container = nullptr;
  ASSERT_GE(avformat_alloc_output_context2(&container, nullptr, nullptr, file.c_str()), 0);
  const AVCodec* codec = avcodec_find_encoder(encoding.codec);
  ASSERT_NE(codec, nullptr);
  LibavPointer<AVCodecContext> encoder(avcodec_alloc_context3(codec));
  encoder->width = encoding.width;
  encoder->height = encoding.height;
  encoder->pix_fmt = lossless ? AV_PIX_FMT_0RGB32 : AV_PIX_FMT_YUV420P;
  encoder->time_base = {1, 25};
  encoder->framerate = {25, 1};
  encoder->gop_size = encoding.key_every;
  encoder->max_b_frames = encoding.b_frames;
  encoder->thread_count = 1;
  encoder->level = lossless ? 3 : FF_LEVEL_UNKNOWN;  // version 3 has checksums
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  if ((container->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  }
  if (lossless) {
    av_opt_set_int(encoder->priv_data, "slicecrc", 1, 0);
  }
  ASSERT_GE(avcodec_open2(encoder.get(), codec, nullptr), 0);
  AVStream* stream = avformat_new_stream(container, nullptr);
  stream->time_base = encoder->time_base;
  stream->avg_frame_rate = encoder->framerate;
  ASSERT_GE(avcodec_parameters_from_context(stream->codecpar, encoder.get()), 0);
  ASSERT_GE(avio_open(&container->pb, file.c_str(), AVIO_FLAG_WRITE), 0);
  ASSERT_GE(avformat_write_header(container, nullptr), 0);

  LibavPointer<AVFrame> frame(av_frame_alloc());
  LibavPointer<AVPacket> packet(av_packet_alloc());
  frame->format = encoder->pix_fmt;
  frame->width = encoding.width;
  frame->height = encoding.height;
  for (int number = 0; number <= encoding.frames; ++number) {
    if (number < encoding.frames) {
      av_frame_unref(frame.get());
      frame->format = encoder->pix_fmt;
      frame->width = encoding.width;
      frame->height = encoding.height;
      ASSERT_GE(av_frame_get_buffer(frame.get(), 0), 0);
      frame->pts = number;
      for (int plane = 0; plane < (lossless ? 1 : 3); ++plane) {
        const int shift = plane == 0 ? 0 : 1;
        for (int y = 0; y < encoding.height >> shift; ++y) {
          std::uint8_t* row = frame->data[plane] + y * frame->linesize[plane];
          for (int x = 0; x < encoding.width >> shift; ++x) {
            if (lossless) {
              for (int channel = 0; channel < 3; ++channel) {
                row[4 * x + 2 - channel] = written_pixel(channel, number, y, x);
              }
              row[4 * x + 3] = 0;
            } else {
              row[x] = written_pixel(plane, number, y, x);
            }
          }
        }
      }
      ASSERT_GE(avcodec_send_frame(encoder.get(), frame.get()), 0);
    } else {
      ASSERT_GE(avcodec_send_frame(encoder.get(), nullptr), 0);
    }
    while (avcodec_receive_packet(encoder.get(), packet.get()) >= 0) {
      packet->duration = 1;
      av_packet_rescale_ts(packet.get(), encoder->time_base, stream->time_base);
      packet->stream_index = stream->index;
      ASSERT_GE(av_interleaved_write_frame(container, packet.get()), 0);
    }
  }
  ASSERT_GE(av_write_trailer(container), 0);
  avio_closep(&container->pb);
  avformat_free_context(container);
}

}  // namespace ndbench
