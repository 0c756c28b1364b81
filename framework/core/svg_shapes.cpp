#include "core/svg_shapes.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace ndbench {
namespace {

constexpr std::size_t kColors = 8;
constexpr std::size_t kMostDots = 400;  // of a row: more do not show

}  // namespace

std::string color_class(std::size_t color) { return fmt::format("c{}", color % kColors); }

std::string svg_whisker(const Scale& scale, double value, const Interval& interval, double y,
                        std::size_t color) {
  if (!std::isfinite(value)) return "";
  std::string text = fmt::format(R"(<g class="{}">)", color_class(color));
  if (std::isfinite(interval.low) && std::isfinite(interval.high)) {
    const double low = scale.at(interval.low);
    const double high = scale.at(interval.high);
    text += fmt::format(R"(<line class="whisker" x1="{:.2f}%" x2="{:.2f}%" y1="{}" y2="{}"/>)", low,
                        high, y, y);
    for (const double end : {low, high}) {
      text += fmt::format(R"(<line class="whisker" x1="{:.2f}%" x2="{:.2f}%" y1="{}" y2="{}"/>)",
                          end, end, y - 4, y + 4);
    }
  }
  return text +
         fmt::format(R"(<circle class="dot" cx="{:.2f}%" cy="{}" r="5"/></g>)", scale.at(value), y);
}

std::string svg_dots(const Scale& scale, std::span<const double> values, double y,
                     std::size_t color) {
  std::string text = fmt::format(R"(<g class="{}">)", color_class(color));
  std::map<int, int> beside;  // how many dots stand at a place, in hundredths of the width
  std::size_t drawn = 0;
  for (const double value : values) {
    if (!std::isfinite(value) || ++drawn > kMostDots) continue;
    const double x = scale.at(value);
    const int number = beside[static_cast<int>(std::lround(x))]++;
    // 0, 1, −1, 2, −2, 0, …: above and below the line.
    const int step = number % 5;
    const int offset = step % 2 == 0 ? -(step / 2) : (step + 1) / 2;
    text +=
        fmt::format(R"(<circle class="replica" cx="{:.2f}%" cy="{}" r="3.5"/>)", x, y + 4 * offset);
  }
  return text + "</g>";
}

std::string svg_mark(const Scale& scale, double value, double top, double bottom) {
  if (!(value >= scale.low && value <= scale.high)) return "";
  return fmt::format(R"(<line class="mark" x1="{0:.2f}%" x2="{0:.2f}%" y1="{1}" y2="{2}"/>)",
                     scale.at(value), top, bottom);
}

std::string svg_axis(const Scale& scale, double y, int most) {
  std::string text =
      fmt::format(R"(<line class="axis" x1="{:.2f}%" x2="{:.2f}%" y1="{}" y2="{}"/>)", scale.left,
                  scale.right, y, y);
  for (const Tick& tick : ticks_of(scale, most)) {
    const double x = scale.at(tick.value);
    const char* anchor = x < 8.0 ? "start" : x > 92.0 ? "end" : "middle";
    text += fmt::format(R"(<line class="axis" x1="{0:.2f}%" x2="{0:.2f}%" y1="{1}" y2="{2}"/>)"
                        R"(<text class="tick" x="{0:.2f}%" y="{3}" text-anchor="{4}">{5}</text>)",
                        x, y, y + 4, y + 16, anchor, tick.text);
  }
  return text;
}

}  // namespace ndbench
