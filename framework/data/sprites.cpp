#include "data/sprites.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "data/bounce.h"

namespace ndbench {
namespace {

constexpr std::int64_t kFrames = 41;
constexpr std::int64_t kPieceSide = 28;
constexpr std::int64_t kSmallestSide = 7;

/// Grey squares of one size.
struct Sprites {
  std::int64_t side = 0;
  std::int64_t size = 0;
  std::vector<std::uint8_t> pixels{};  ///< [size, side, side]

  /// 0 outside, so that a sprite at a fraction of a pixel fades into the black around it.
  [[nodiscard]] std::int64_t pixel(std::int64_t index, std::int64_t y, std::int64_t x) const {
    const bool outside = y < 0 || x < 0 || y >= side || x >= side;
    return outside ? 0 : pixels[static_cast<std::size_t>((index * side + y) * side + x)];
  }
};

/// Each 2x2 pixels become one, their rounded mean.
Sprites halved(const Sprites& sprites) {
  const std::int64_t side = sprites.side / 2;
  Sprites result{.side = side, .size = sprites.size};
  result.pixels.reserve(static_cast<std::size_t>(sprites.size * side * side));
  for (std::int64_t index = 0; index < sprites.size; ++index) {
    for (std::int64_t y = 0; y < side; ++y) {
      for (std::int64_t x = 0; x < side; ++x) {
        const std::int64_t sum =
            sprites.pixel(index, 2 * y, 2 * x) + sprites.pixel(index, 2 * y, 2 * x + 1) +
            sprites.pixel(index, 2 * y + 1, 2 * x) + sprites.pixel(index, 2 * y + 1, 2 * x + 1);
        result.pixels.push_back(static_cast<std::uint8_t>((sum + 2) / 4));
      }
    }
  }
  return result;
}

Sprites sprites_that_fit(Images pieces, FrameSize size) {
  const std::int64_t room = std::min(size.width, size.height) / 2;
  if (room < kSmallestSide) {
    throw Error(fmt::format(
        "video 'sprites': frames of {}x{} pixels are too small for its pieces of clothing; set "
        "width and height to at least {}",
        size.width, size.height, 2 * kSmallestSide));
  }
  Sprites sprites{.side = kPieceSide, .size = pieces.size, .pixels = std::move(pieces.pixels)};
  while (sprites.side > room) {
    sprites = halved(sprites);
  }
  return sprites;
}

class SpriteSequence final : public FrameSource {
 public:
  SpriteSequence(std::shared_ptr<const Sprites> sprites, FrameSize size, SplitMix random)
      : sprites_(std::move(sprites)), size_(size) {
    for (Actor& actor : actors_) {
      actor.sprite = random.between(0, sprites_->size - 1);
      actor.motion = draw_motion(random, size.width, size.height, sprites_->side, sprites_->side);
    }
  }

  void read(std::int64_t first, std::int64_t count, std::span<std::uint8_t> bytes) const override {
    const std::int64_t picture_bytes = size_.width * size_.height;
    assert(std::ssize(bytes) == count * picture_bytes);
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
    for (std::int64_t frame = first; frame < first + count; ++frame) {
      for (const Actor& actor : actors_) {
        draw(actor, frame,
             bytes.subspan(static_cast<std::size_t>((frame - first) * picture_bytes),
                           static_cast<std::size_t>(picture_bytes)));
      }
    }
  }

 private:
  struct Actor {
    std::int64_t sprite = 0;
    Motion motion{};
  };

  /// Bilinear: each pixel shows the four pixels of the sprite that it covers parts of.
  void draw(const Actor& actor, std::int64_t frame, std::span<std::uint8_t> picture) const {
    constexpr std::int64_t kPixel = Bounce::kPixel;
    const std::int64_t left = actor.motion.x.at(frame);
    const std::int64_t top = actor.motion.y.at(frame);
    const std::int64_t right_part = left % kPixel;
    const std::int64_t lower_part = top % kPixel;
    const Sprites& sprites = *sprites_;
    // One more than the side, where a part of a pixel sticks out; never past the picture, because
    // at the far edge there is no part.
    const std::int64_t columns = sprites.side + (right_part > 0 ? 1 : 0);
    const std::int64_t rows = sprites.side + (lower_part > 0 ? 1 : 0);
    for (std::int64_t y = 0; y < rows; ++y) {
      for (std::int64_t x = 0; x < columns; ++x) {
        const std::int64_t above = sprites.pixel(actor.sprite, y - 1, x - 1) * right_part +
                                   sprites.pixel(actor.sprite, y - 1, x) * (kPixel - right_part);
        const std::int64_t here = sprites.pixel(actor.sprite, y, x - 1) * right_part +
                                  sprites.pixel(actor.sprite, y, x) * (kPixel - right_part);
        const std::int64_t sum = above * lower_part + here * (kPixel - lower_part);
        const auto value =
            static_cast<std::uint8_t>((sum + kPixel * kPixel / 2) / (kPixel * kPixel));
        const std::int64_t place = (top / kPixel + y) * size_.width + left / kPixel + x;
        std::uint8_t& target = picture[static_cast<std::size_t>(place)];
        target = std::max(target, value);
      }
    }
  }

  std::shared_ptr<const Sprites> sprites_;
  FrameSize size_;
  std::array<Actor, 2> actors_{};
};

}  // namespace

Video moving_sprites(Images pieces, std::int64_t count, FrameSize size, std::uint64_t seed) {
  assert(pieces.channels == 1 && pieces.height == kPieceSide && pieces.width == kPieceSide);
  assert(pieces.in_memory() && pieces.size > 0);
  const auto sprites = std::make_shared<const Sprites>(sprites_that_fit(std::move(pieces), size));
  Video video{.channels = 1, .height = size.height, .width = size.width};
  for (std::int64_t number = 0; number < count; ++number) {
    video.sequences.push_back(
        {.name = fmt::format("sprites {}", number),
         .frames = kFrames,
         .source = std::make_shared<SpriteSequence>(
             sprites, size, SplitMix(seed, static_cast<std::uint64_t>(number)))});
  }
  return video;
}

}  // namespace ndbench
