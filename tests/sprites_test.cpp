#include "data/sprites.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "data/bounce.h"
#include "data/moving_squares.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Bytes = std::vector<std::uint8_t>;

/// `size` pieces, each all of one grey.
Images pieces(std::vector<std::uint8_t> greys) {
  Images images{.size = std::ssize(greys), .channels = 1, .height = 28, .width = 28};
  for (const std::uint8_t grey : greys) {
    images.pixels.insert(images.pixels.end(), 28 * 28, grey);
  }
  return images;
}

Bytes frame_of(const Video& video, std::size_t sequence, std::int64_t frame) {
  Bytes bytes(static_cast<std::size_t>(video.frame_bytes()));
  video.read(sequence, frame, 1, bytes);
  return bytes;
}

Bytes all_of(const Video& video) {
  Bytes all;
  for (std::size_t i = 0; i < video.sequences.size(); ++i) {
    Bytes bytes(static_cast<std::size_t>(video.sequences[i].frames * video.frame_bytes()));
    video.read(i, 0, video.sequences[i].frames, bytes);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

constexpr FrameSize kSize{.width = 48, .height = 32};

TEST(Bounce, GoesStraightAndTurnsAtBothEnds) {
  const Bounce bounce{.start = 2, .velocity = 3, .range = 7};
  std::vector<std::int64_t> places;
  for (std::int64_t frame = 0; frame < 7; ++frame) {
    places.push_back(bounce.at(frame));
  }
  // 2, 5, 8 -> 6, 11 -> 3, 14 -> 0, 17 -> 3, 20 -> 6.
  EXPECT_THAT(places, ElementsAre(2, 5, 6, 3, 0, 3, 6));
}

TEST(Bounce, BackwardsAndFasterThanItsRange) {
  const Bounce back{.start = 2, .velocity = -3, .range = 7};
  EXPECT_EQ(back.at(1), 1);
  EXPECT_EQ(back.at(3), 7);
  const Bounce fast{.start = 1, .velocity = 100, .range = 3};
  for (std::int64_t frame = 0; frame < 50; ++frame) {
    EXPECT_GE(fast.at(frame), 0);
    EXPECT_LE(fast.at(frame), 3);
  }
}

TEST(Bounce, WithoutRoomStaysWhereItIs) { EXPECT_EQ((Bounce{.velocity = 5}.at(3)), 0); }

TEST(Sprites, FillTheShapeTheyPromise) {
  const Video video = moving_sprites(pieces({255}), 3, kSize, 1);
  EXPECT_EQ(video.channels, 1);
  EXPECT_EQ(video.height, 32);
  EXPECT_EQ(video.width, 48);
  ASSERT_EQ(video.sequences.size(), 3U);
  EXPECT_EQ(video.frames(), 123);
  EXPECT_EQ(all_of(video).size(), 123U * 32U * 48U);
}

TEST(Sprites, AreFunctionsOfSeedAndNumber) {
  const Bytes five = all_of(moving_sprites(pieces({100, 200}), 5, kSize, 1));
  const Bytes two = all_of(moving_sprites(pieces({100, 200}), 2, kSize, 1));
  EXPECT_TRUE(std::equal(two.begin(), two.end(), five.begin()));
  EXPECT_FALSE(std::equal(two.begin(), two.end(), five.begin() + std::ssize(two)));
  EXPECT_NE(two, all_of(moving_sprites(pieces({100, 200}), 2, kSize, 2)));
}

TEST(Sprites, HaveTheBytesOfEveryMachine) {
  const Bytes bytes = all_of(moving_sprites(pieces({255}), 2, kSize, 1));
  std::uint32_t sum = 1;
  for (const std::uint8_t byte : bytes) {
    sum = sum * 31 + byte;
  }
  EXPECT_EQ(sum, 456631555U);
}

TEST(Sprites, MoveInEveryFrameAndKeepTheirLight) {
  const Video video = moving_sprites(pieces({255}), 50, kSize, 3);
  for (std::size_t sequence = 0; sequence < 50; ++sequence) {
    for (std::int64_t frame = 0; frame < 19; ++frame) {
      ASSERT_NE(frame_of(video, sequence, frame), frame_of(video, sequence, frame + 1));
    }
    // Two squares of 14 x 14 white pixels, or fewer where they overlap.
    const Bytes first = frame_of(video, sequence, 0);
    const int light = std::accumulate(first.begin(), first.end(), 0);
    EXPECT_LE(light, 2 * 14 * 14 * 255 + 60);
    EXPECT_GE(light, 14 * 14 * 255 - 60);
  }
}

TEST(Sprites, TheBrighterPixelShows) {
  const Video video = moving_sprites(pieces({90, 200}), 200, {.width = 14, .height = 14}, 1);
  std::set<int> brightest;
  for (std::size_t sequence = 0; sequence < 200; ++sequence) {
    const Bytes frame = frame_of(video, sequence, 0);
    brightest.insert(*std::max_element(frame.begin(), frame.end()));
  }
  EXPECT_THAT(brightest, ElementsAre(90, 200));
}

TEST(Sprites, ReadInPiecesAsInOne) {
  const Video video = moving_sprites(pieces({255}), 1, kSize, 1);
  const Bytes all = all_of(video);
  for (std::int64_t frame = 0; frame < 41; ++frame) {
    const Bytes one = frame_of(video, 0, frame);
    EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + frame * video.frame_bytes()));
  }
}

TEST(Sprites, PicturesTooSmallForThem) {
  EXPECT_THAT([] { (void)moving_sprites(pieces({255}), 1, {.width = 100, .height = 13}, 1); },
              ThrowsMessage<Error>(HasSubstr("at least 14")));
}

TEST(MovingSquares, StayInsideAndMoveAtEverySize) {
  for (const FrameSize size :
       {kSize, FrameSize{.width = 1, .height = 1}, FrameSize{.width = 200, .height = 3}}) {
    const Video video = moving_squares(20, size, 1);
    EXPECT_EQ(video.channels, 3);
    EXPECT_EQ(std::ssize(all_of(video)), 20 * 41 * 3 * size.width * size.height);
  }
  const Video video = moving_squares(20, kSize, 1);
  for (std::size_t sequence = 0; sequence < 20; ++sequence) {
    EXPECT_NE(frame_of(video, sequence, 3), frame_of(video, sequence, 4));
  }
  EXPECT_NE(all_of(video), all_of(moving_squares(20, kSize, 2)));
}

}  // namespace
}  // namespace ndbench
