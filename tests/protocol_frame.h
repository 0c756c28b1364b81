#pragma once

#include <xxhash.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "core/protocol.h"

namespace ndbench {

// Where a frame's header holds what.
inline constexpr std::size_t kHeaderSize = 20;
inline constexpr std::size_t kVersion = 4;
inline constexpr std::size_t kType = 6;
inline constexpr std::size_t kLength = 8;
inline constexpr std::size_t kSequence = 12;
inline constexpr std::size_t kChecksum = 16;

template <typename Value>
std::string with_field(std::string frame, std::size_t offset, Value value) {
  std::memcpy(frame.data() + offset, &value, sizeof value);
  return frame;
}

/// A frame around any payload, with the checksum that a sender in good faith would give it.
inline std::string frame_around(const std::string& payload, std::uint16_t type) {
  std::string header = encode(PhaseNote{"train"}, 0).substr(0, kHeaderSize);
  header = with_field(header, kType, type);
  header = with_field(header, kLength, static_cast<std::uint32_t>(payload.size()));
  std::uint32_t magic = 0;
  std::memcpy(&magic, header.data(), sizeof magic);
  const std::uint32_t seed = XXH32(header.data(), kChecksum, magic);
  return with_field(header, kChecksum, XXH32(payload.data(), payload.size(), seed)) + payload;
}

}  // namespace ndbench
