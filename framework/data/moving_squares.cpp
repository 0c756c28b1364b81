#include "data/moving_squares.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "data/bounce.h"

namespace ndbench {
namespace {

constexpr std::int64_t kFrames = 41;
constexpr std::int64_t kChannels = 3;
constexpr std::uint8_t kBackground = 32;

class SquaresSequence final : public FrameSource {
 public:
  SquaresSequence(FrameSize size, SplitMix random) : size_(size) {
    const std::int64_t room = std::min(size.width, size.height);
    for (Square& square : squares_) {
      square.side = random.between(std::max<std::int64_t>(room / 5, 1), (room + 1) / 2);
      square.motion = draw_motion(random, size.width, size.height, square.side, square.side);
      for (std::uint8_t& part : square.colour) {
        part = static_cast<std::uint8_t>(random.between(64, 255));
      }
    }
  }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint8_t> bytes) const override {
    assert(std::ssize(bytes) == count * kChannels * size_.width * size_.height);
    std::fill(bytes.begin(), bytes.end(), kBackground);
    std::uint8_t* plane = bytes.data();
    for (std::int64_t frame = first; frame < first + count; ++frame) {
      for (std::size_t channel = 0; channel < kChannels; ++channel) {
        for (const Square& square : squares_) {
          draw(square, frame, square.colour[channel], plane);
        }
        plane += size_.width * size_.height;
      }
    }
  }

 private:
  struct Square {
    std::int64_t side = 0;
    Motion motion{};
    std::array<std::uint8_t, kChannels> colour{};
  };

  void draw(const Square& square, std::int64_t frame, std::uint8_t value,
            std::uint8_t* plane) const {
    const std::int64_t left = square.motion.x.at(frame) / Bounce::kPixel;
    const std::int64_t top = square.motion.y.at(frame) / Bounce::kPixel;
    for (std::int64_t y = top; y < top + square.side; ++y) {
      std::fill_n(plane + y * size_.width + left, square.side, value);
    }
  }

  FrameSize size_;
  std::array<Square, 3> squares_{};
};

}  // namespace

Video moving_squares(std::int64_t count, FrameSize size, std::uint64_t seed) {
  Video video{.channels = kChannels, .height = size.height, .width = size.width};
  for (std::int64_t number = 0; number < count; ++number) {
    video.sequences.push_back({.name = fmt::format("squares {}", number),
                               .frames = kFrames,
                               .source = std::make_shared<SquaresSequence>(
                                   size, SplitMix(seed, static_cast<std::uint64_t>(number)))});
  }
  return video;
}

}  // namespace ndbench
