#pragma once

#include <cstdint>

#include "data/split_mix.h"

namespace ndbench {

/// Unbiased draws from 0 … n − 1, each from 32 bits (Lemire 2019, ACM TOMACS 29:3).
class Indices {
 public:
  explicit Indices(std::uint32_t n) : n_(n), threshold_(-n % n) {}

  std::uint32_t next() {
    for (;;) {
      const std::uint64_t product = std::uint64_t{bits()} * n_;
      if (static_cast<std::uint32_t>(product) >= threshold_) {
        return static_cast<std::uint32_t>(product >> 32U);
      }
    }
  }

 private:
  std::uint32_t bits() {
    has_half_ = !has_half_;
    if (!has_half_) return static_cast<std::uint32_t>(word_ >> 32U);
    word_ = generator_.next();
    return static_cast<std::uint32_t>(word_);
  }

  SplitMix generator_{0, 0};
  std::uint64_t word_ = 0;
  bool has_half_ = false;
  std::uint32_t n_;
  std::uint32_t threshold_;
};

}  // namespace ndbench
