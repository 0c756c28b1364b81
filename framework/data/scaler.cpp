#include "data/scaler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "data/frame_format.h"
#include "data/libav_log.h"
#include "data/libav_pointer.h"
#include "ndbench/error.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace ndbench {
namespace {

// Of the picture before its middle is cut out: a strip of 16384 x 1 would become enormous.
constexpr std::int64_t kMaxPixels = 100'000'000;

// swscale keeps the planes of RGB as green, blue, red.
constexpr std::array<std::size_t, 3> kPlaneOfChannel{2, 0, 1};

AVPixelFormat planar_format(std::int64_t channels) {
  return channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_GBRP;
}

LibavPointer<AVFrame> make_frame(AVPixelFormat format, int height, int width) {
  LibavPointer<AVFrame> frame(av_frame_alloc());
  if (frame == nullptr) {
    throw std::bad_alloc();
  }
  frame->format = format;
  frame->height = height;
  frame->width = width;
  if (av_frame_get_buffer(frame.get(), 0) < 0) {
    throw std::bad_alloc();
  }
  return frame;
}

const std::uint8_t* row_of(const AVFrame& frame, std::size_t plane, std::int64_t y) {
  return frame.data[plane] + y * frame.linesize[plane];
}

}  // namespace

class Scaler::Impl {
 public:
  Impl(std::int64_t channels, std::int64_t height, std::int64_t width)
      : channels_(channels), height_(height), width_(width) {
    assert((channels == 1 || channels == 3) && height > 0 && width > 0);
  }

  [[nodiscard]] std::int64_t bytes() const { return channels_ * height_ * width_; }

  void scale(const AVFrame& picture, std::string_view name, std::span<std::uint8_t> bytes) {
    assert(std::ssize(bytes) == this->bytes());
    const FrameFormat format = format_of(picture);
    const LibavLog log;
    if (context_ == nullptr || format != format_) {
      context_.reset();
      prepare(format, name, log);
    }
    const int rows = sws_scale(context_.get(), picture.data, picture.linesize, 0, picture.height,
                               scaled_->data, scaled_->linesize);
    if (rows != scaled_->height) {
      fail(format, name, rows < 0 ? describe_libav_error(rows, log) : log.text());
    }
    cut_middle(bytes);
  }

  void scale(std::span<const std::uint8_t> picture, std::int64_t height, std::int64_t width,
             std::string_view name, std::span<std::uint8_t> bytes) {
    assert(std::ssize(picture) == channels_ * height * width);
    if (height == height_ && width == width_) {
      std::copy(picture.begin(), picture.end(), bytes.begin());
      return;
    }
    // A copy, because swscale may read beyond the end of a row.
    const auto frame =
        make_frame(planar_format(channels_), static_cast<int>(height), static_cast<int>(width));
    const std::uint8_t* row = picture.data();
    for (std::int64_t channel = 0; channel < channels_; ++channel) {
      const std::size_t plane = plane_of(channel);
      for (std::int64_t y = 0; y < height; ++y, row += width) {
        std::copy_n(row, width, frame->data[plane] + y * frame->linesize[plane]);
      }
    }
    scale(*frame, name, bytes);
  }

 private:
  [[nodiscard]] std::size_t plane_of(std::int64_t channel) const {
    return channels_ == 1 ? 0 : kPlaneOfChannel.at(static_cast<std::size_t>(channel));
  }

  [[noreturn]] void fail(const FrameFormat& from, std::string_view name,
                         std::string_view reason) const {
    const char* pixels = av_get_pix_fmt_name(from.pixels);
    throw Error(fmt::format(
        "{}: a picture of {}x{} pixels ({}) cannot be scaled to {}x{} ({}); "
        "remove the file or convert it",
        name, from.width, from.height, pixels == nullptr ? "?" : pixels, width_, height_, reason));
  }

  void prepare(const FrameFormat& from, std::string_view name, const LibavLog& log) {
    // The side that is relatively shorter fits, the other is rounded to the nearest pixel.
    std::int64_t height = height_;
    std::int64_t width = width_;
    if (from.width * height_ >= from.height * width_) {
      width = std::max(width_, (2 * from.width * height_ + from.height) / (2 * from.height));
    } else {
      height = std::max(height_, (2 * from.height * width_ + from.width) / (2 * from.width));
    }
    if (height > kMaxPixels / width) {
      fail(from, name, "it is too narrow");
    }
    const AVPixelFormat format = planar_format(channels_);
    scaled_ = make_frame(format, static_cast<int>(height), static_cast<int>(width));
    constexpr int kFlags =
        SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
    LibavPointer<SwsContext> context(
        sws_getContext(static_cast<int>(from.width), static_cast<int>(from.height), from.pixels,
                       scaled_->width, scaled_->height, format, kFlags, nullptr, nullptr, nullptr));
    if (context == nullptr) {
      fail(from, name, log.text());
    }
    const int* coefficients = sws_getCoefficients(from.colorspace);
    constexpr int kOne = 1 << 16;
    // Fails where neither side has a range: then there is nothing to set.
    (void)sws_setColorspaceDetails(context.get(), coefficients, from.full_range ? 1 : 0,
                                   coefficients, 1, 0, kOne, kOne);
    context_ = std::move(context);
    format_ = from;
  }

  void cut_middle(std::span<std::uint8_t> bytes) const {
    const std::int64_t top = (scaled_->height - height_) / 2;
    const std::int64_t left = (scaled_->width - width_) / 2;
    auto target = bytes.begin();
    for (std::int64_t channel = 0; channel < channels_; ++channel) {
      for (std::int64_t y = top; y < top + height_; ++y) {
        target = std::copy_n(row_of(*scaled_, plane_of(channel), y) + left, width_, target);
      }
    }
  }

  std::int64_t channels_;
  std::int64_t height_;
  std::int64_t width_;
  FrameFormat format_;
  LibavPointer<SwsContext> context_;
  LibavPointer<AVFrame> scaled_;
};

Scaler::Scaler(std::int64_t channels, std::int64_t height, std::int64_t width)
    : impl_(std::make_unique<Impl>(channels, height, width)) {}
Scaler::Scaler(Scaler&&) noexcept = default;
Scaler& Scaler::operator=(Scaler&&) noexcept = default;
Scaler::~Scaler() = default;

std::int64_t Scaler::bytes() const { return impl_->bytes(); }

void Scaler::scale(const AVFrame& picture, std::string_view name, std::span<std::uint8_t> bytes) {
  impl_->scale(picture, name, bytes);
}

void Scaler::scale(std::span<const std::uint8_t> picture, std::int64_t height, std::int64_t width,
                   std::string_view name, std::span<std::uint8_t> bytes) {
  impl_->scale(picture, height, width, name, bytes);
}

}  // namespace ndbench
