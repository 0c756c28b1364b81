#include "data/jpeg_markers.h"

namespace ndbench {
namespace {

constexpr std::uint8_t kMark = 0xff;  // begins each marker; before it, as often as one likes
constexpr std::uint8_t kStuffing = 0x00;
constexpr std::uint8_t kTemporary = 0x01;
constexpr std::uint8_t kFirstRestart = 0xd0;
constexpr std::uint8_t kStartOfImage = 0xd8;
constexpr std::uint8_t kEndOfImage = 0xd9;

}  // namespace

bool reaches_end_of_image(std::span<const std::uint8_t> jpeg) {
  std::size_t at = 0;
  while (at + 1 < jpeg.size()) {
    if (jpeg[at] != kMark) {
      ++at;  // compressed data
      continue;
    }
    const std::uint8_t marker = jpeg[at + 1];
    if (marker == kEndOfImage) {
      return true;
    }
    if (marker == kMark) {
      ++at;
    } else if (marker == kStuffing || marker == kTemporary ||
               (marker >= kFirstRestart && marker <= kStartOfImage)) {
      at += 2;
    } else if (at + 3 < jpeg.size()) {
      // A segment, which says its length. After the one that starts a scan comes compressed data.
      at += 2 + static_cast<std::size_t>((jpeg[at + 2] << 8) | jpeg[at + 3]);
    } else {
      return false;
    }
  }
  return false;
}

}  // namespace ndbench
