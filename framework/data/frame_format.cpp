#include "data/frame_format.h"

#include <array>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace ndbench {

FrameFormat format_of(const AVFrame& picture) {
  FrameFormat result{.pixels = static_cast<AVPixelFormat>(picture.format),
                     .height = picture.height,
                     .width = picture.width,
                     .colorspace = picture.colorspace,
                     .full_range = picture.color_range == AVCOL_RANGE_JPEG};
  // The formats "J" are an older way to say full range, which swscale warns of.
  constexpr std::array<std::array<AVPixelFormat, 2>, 5> kOld{
      {{AV_PIX_FMT_YUVJ411P, AV_PIX_FMT_YUV411P},
       {AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P},
       {AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P},
       {AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P},
       {AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P}}};
  for (const auto& [old, current] : kOld) {
    if (result.pixels == old) {
      result.pixels = current;
      result.full_range = true;
    }
  }
  // Grey has no other range in JPEG and PNG, and whether the decoder says so varies.
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(result.pixels);
  if (description != nullptr && description->nb_components <= 2 &&
      picture.color_range != AVCOL_RANGE_MPEG) {
    result.full_range = true;
  }
  return result;
}

}  // namespace ndbench
