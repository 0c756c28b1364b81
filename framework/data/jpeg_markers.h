#pragma once

#include <cstdint>
#include <span>

namespace ndbench {

/// Whether the JPEG data reaches the marker that ends its image: a thumbnail's own does not count.
/// Decoders make up for it if it is missing, and a progressive JPEG then loses detail unnoticed.
/// ITU T.81, annex B.
[[nodiscard]] bool reaches_end_of_image(std::span<const std::uint8_t> jpeg);

}  // namespace ndbench
