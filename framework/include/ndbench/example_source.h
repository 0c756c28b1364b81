#pragma once

#include <cstdint>
#include <span>

#include "ndbench/error.h"

namespace ndbench {

/// Gives the bytes of one example at a time, decoding them when asked.
class NDBENCH_API ExampleSource {
 public:
  ExampleSource() = default;
  ExampleSource(const ExampleSource&) = delete;
  ExampleSource& operator=(const ExampleSource&) = delete;
  virtual ~ExampleSource();

  /// Fills `bytes`, which has the size of exactly one example. What an example holds depends on
  /// `index` alone. Several threads may call it at once.
  /// @throws ndbench::Error naming the file if the example is damaged.
  virtual void read(std::int64_t index, std::span<std::uint8_t> bytes) const = 0;
};

}  // namespace ndbench
