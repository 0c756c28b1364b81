#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace ndbench {

/// The bytes of a NumPy array file (.npy, version 1.0): float32, little endian, in C order, of the
/// shape [rows, values / rows].
/// @throws ndbench::Error if the values do not fill the rows, or there are none.
[[nodiscard]] std::string npy_bytes(std::span<const float> values, std::size_t rows);

}  // namespace ndbench
