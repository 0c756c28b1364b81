#include "data/scaler.h"

#include <gmock/gmock.h>

#include <vector>

#include "data/libav_pointer.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<std::uint8_t> scaled(Scaler& scaler, const std::vector<std::uint8_t>& picture,
                                 std::int64_t height, std::int64_t width) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(scaler.bytes()));
  scaler.scale(picture, height, width, "a picture", bytes);
  return bytes;
}

/// A frame of one luma value and no colour.
LibavPointer<AVFrame> grey_frame(AVPixelFormat format, AVColorRange range, int luma) {
  LibavPointer<AVFrame> frame(av_frame_alloc());
  frame->format = format;
  frame->color_range = range;
  frame->height = 4;
  frame->width = 4;
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  for (int plane = 0; plane < 3 && frame->data[plane] != nullptr; ++plane) {
    const int rows = plane > 0 && format == AV_PIX_FMT_YUV420P ? 2 : 4;
    std::fill_n(frame->data[plane], rows * frame->linesize[plane],
                static_cast<std::uint8_t>(plane == 0 ? luma : 128));
  }
  return frame;
}

TEST(Scaler, CopiesWhatHasTheSizeAlready) {
  Scaler scaler(3, 1, 2);
  EXPECT_EQ(scaler.bytes(), 6);
  EXPECT_THAT(scaled(scaler, {1, 2, 3, 4, 5, 6}, 1, 2), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Scaler, KeepsTheOrderOfTheChannels) {
  Scaler scaler(3, 1, 2);
  EXPECT_THAT(scaled(scaler, {9, 1, 2, 9, 9, 3, 4, 9, 9, 5, 6, 9}, 1, 4),
              ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Scaler, CutsTheMiddleWithTheOddPixelAtTheEnd) {
  Scaler scaler(1, 2, 2);
  EXPECT_THAT(scaled(scaler, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2, 5), ElementsAre(2, 3, 7, 8));
  EXPECT_THAT(scaled(scaler, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5, 2), ElementsAre(3, 4, 5, 6));
}

TEST(Scaler, GrowsToFillAndCuts) {
  // 2 x 4 to 4 x 4 goes through 4 x 8, whose middle half is left.
  Scaler scaler(1, 4, 4);
  const auto bytes = scaled(scaler, {0, 100, 100, 0, 0, 100, 100, 0}, 2, 4);
  EXPECT_EQ(bytes[1], 100);
  EXPECT_EQ(bytes[2], 100);
  EXPECT_GT(bytes[0], 50);
}

TEST(Scaler, MayMeetPicturesOfManySizes) {
  Scaler scaler(1, 2, 2);
  for (int round = 0; round < 2; ++round) {
    for (const std::int64_t side : {1, 3, 4, 17}) {
      const std::vector<std::uint8_t> picture(static_cast<std::size_t>(side * side), 77);
      EXPECT_THAT(scaled(scaler, picture, side, side), Each(77));
    }
  }
}

TEST(Scaler, FollowsTheRangeOfAVideo) {
  // Limited range: 16 is black, 235 white. Full range: 0 and 255.
  Scaler scaler(3, 4, 4);
  std::vector<std::uint8_t> bytes(48);
  const auto grey = [&](AVPixelFormat format, AVColorRange range, int luma) {
    scaler.scale(*grey_frame(format, range, luma), "a frame", bytes);
    EXPECT_THAT(bytes, Each(bytes[0]));
    return bytes[0];
  };
  EXPECT_EQ(grey(AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, 16), 0);
  EXPECT_EQ(grey(AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, 235), 255);
  EXPECT_EQ(grey(AV_PIX_FMT_YUV420P, AVCOL_RANGE_UNSPECIFIED, 235), 255);
  EXPECT_EQ(grey(AV_PIX_FMT_YUV420P, AVCOL_RANGE_JPEG, 235), 235);
  EXPECT_EQ(grey(AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_UNSPECIFIED, 16), 16);
  EXPECT_EQ(grey(AV_PIX_FMT_GRAY8, AVCOL_RANGE_UNSPECIFIED, 16), 16);
}

TEST(Scaler, RefusesAFormatThatItDoesNotKnow) {
  const auto frame = grey_frame(AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, 1);
  frame->format = AV_PIX_FMT_VAAPI;
  Scaler scaler(3, 4, 4);
  std::vector<std::uint8_t> bytes(48);
  EXPECT_THAT([&] { scaler.scale(*frame, "clip.mp4", bytes); },
              ThrowsMessage<Error>(AllOf(HasSubstr("clip.mp4: a picture of 4x4 pixels"),
                                         HasSubstr("cannot be scaled to 4x4"))));
}

}  // namespace
}  // namespace ndbench
