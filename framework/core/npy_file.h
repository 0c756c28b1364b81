#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ndbench {

/// The bytes of a NumPy array file (.npy, version 1.0): float32 or int32, little endian, in C
/// order, of the shape [rows, values / rows].
/// @throws ndbench::Error if the values do not fill the rows, or there are none.
[[nodiscard]] std::string npy_bytes(std::span<const float> values, std::size_t rows);
[[nodiscard]] std::string npy_bytes(std::span<const std::int32_t> values, std::size_t rows);

/// A matrix of such a file.
template <typename Value>
struct NpyMatrix {
  std::size_t rows = 0;
  std::vector<Value> values{};
};

/// Reads what npy_bytes() makes, and nothing else.
/// @throws ndbench::Error saying what is wrong.
template <typename Value>
[[nodiscard]] NpyMatrix<Value> parse_npy(std::string_view bytes);

}  // namespace ndbench
