#include "data/bounce.h"

#include <cassert>

namespace ndbench {

Motion draw_motion(SplitMix& random, std::int64_t picture_width, std::int64_t picture_height,
                   std::int64_t width, std::int64_t height) {
  assert(width <= picture_width && height <= picture_height);
  constexpr std::int64_t kSlow = Bounce::kPixel;
  constexpr std::int64_t kFast = 5 * Bounce::kPixel / 2;
  const auto direction = [&random] { return 2 * random.between(0, 1) - 1; };

  Motion motion{.x = {.range = (picture_width - width) * Bounce::kPixel},
                .y = {.range = (picture_height - height) * Bounce::kPixel}};
  motion.x.start = random.between(0, motion.x.range);
  motion.y.start = random.between(0, motion.y.range);
  const std::int64_t fast = random.between(kSlow, kFast) * direction();
  const std::int64_t other = random.between(0, kFast) * direction();
  const bool fast_along_x = random.between(0, 1) == 0;
  motion.x.velocity = fast_along_x ? fast : other;
  motion.y.velocity = fast_along_x ? other : fast;
  return motion;
}

}  // namespace ndbench
