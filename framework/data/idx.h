#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace ndbench {

/// What an IDX file holds, row-major. `shape` is as the header says; `values` may hold only the
/// first items along shape[0].
struct IdxArray {
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> values;
};

/// Reads the first `subset` items (0: all) of the IDX file `path`, plain or gzip, of unsigned bytes
/// and of exactly `dimensions` dimensions. Format: LeCun's "The MNIST database", file formats.
///
/// A file that is read to its end is checked to its end; a file of which a subset is read is
/// checked as far as it is read.
/// @throws ndbench::Error naming the file and the offset in its uncompressed data.
[[nodiscard]] IdxArray read_idx(const std::filesystem::path& path, std::int64_t dimensions,
                                std::int64_t subset);

}  // namespace ndbench
