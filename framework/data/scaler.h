#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct AVFrame;

namespace ndbench {

/// Turns pictures into planar bytes of one size: scales each so that it fills the size, and cuts
/// the size out of its middle.
///
/// Bilinear, averaging where it shrinks (as torchvision's Resize with antialias), by swscale in its
/// bit-exact mode: the same bytes on every CPU. Not thread-safe; cheap to keep, costly to make.
class Scaler {
 public:
  /// `channels`: 3 for red, green, blue; 1 for grey. @pre height, width > 0.
  Scaler(std::int64_t channels, std::int64_t height, std::int64_t width);
  Scaler(Scaler&& other) noexcept;
  Scaler& operator=(Scaler&& other) noexcept;
  ~Scaler();

  [[nodiscard]] std::int64_t bytes() const;  ///< channels * height * width

  /// Fills `bytes`, [channels, height, width], from a decoded picture of any size and pixel format.
  /// Transparency is dropped.
  /// @throws ndbench::Error beginning with `name` if the picture cannot be scaled to this size.
  void scale(const AVFrame& picture, std::string_view name, std::span<std::uint8_t> bytes);

  /// The same from planar bytes [channels, height, width] of another size.
  void scale(std::span<const std::uint8_t> picture, std::int64_t height, std::int64_t width,
             std::string_view name, std::span<std::uint8_t> bytes);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ndbench
