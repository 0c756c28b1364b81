#pragma once

#include <mutex>
#include <vector>

#include "data/scaler.h"
#include "ndbench/images.h"

namespace ndbench {

/// The examples of other images, brought to a square of another size.
class ScaledSource final : public ExampleSource {
 public:
  ScaledSource(Images images, std::int64_t side);

  void read(std::int64_t index, std::span<std::uint8_t> bytes) const override;

 private:
  [[nodiscard]] Scaler take_scaler() const;

  Images images_;
  std::int64_t side_;
  mutable std::mutex mutex_;
  mutable std::vector<Scaler> idle_;  // costly to make, so they are used again
};

}  // namespace ndbench
