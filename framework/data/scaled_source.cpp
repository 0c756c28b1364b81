#include "data/scaled_source.h"

#include <fmt/format.h>

#include <utility>

namespace ndbench {

ScaledSource::ScaledSource(Images images, std::int64_t side)
    : images_(std::move(images)), side_(side) {}

Scaler ScaledSource::take_scaler() const {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    return {images_.channels, side_, side_};
  }
  Scaler scaler = std::move(idle_.back());
  idle_.pop_back();
  return scaler;
}

void ScaledSource::read(std::int64_t index, std::span<std::uint8_t> bytes) const {
  std::vector<std::uint8_t> original(static_cast<std::size_t>(images_.image_bytes()));
  images_.read(index, original);
  Scaler scaler = take_scaler();
  scaler.scale(original, images_.height, images_.width, fmt::format("example {}", index), bytes);
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(scaler));
}

}  // namespace ndbench
