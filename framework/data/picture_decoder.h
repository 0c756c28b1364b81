#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "data/libav_pointer.h"

namespace ndbench {

/// Decodes the bytes of a JPEG or PNG file that is called `name`, as strictly and with the limits
/// that read_picture() promises.
/// @throws ndbench::Error beginning with `name`.
[[nodiscard]] LibavPointer<AVFrame> decode_picture_file(std::span<const std::uint8_t> file,
                                                        std::string_view name);

}  // namespace ndbench
