#include "core/npy_file.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "ndbench/error.h"

namespace ndbench {

static_assert(std::endian::native == std::endian::little, "the header says '<f4'");

std::string npy_bytes(std::span<const float> values, std::size_t rows) {
  if (rows == 0 || values.empty() || values.size() % rows != 0) {
    throw Error(fmt::format("an array of {} values does not have {} rows; give as many in each row",
                            values.size(), rows));
  }
  // numpy.lib.format: magic, version, length of the header; the header is padded with blanks and
  // ends in a newline, so that the values begin at a multiple of 64 bytes.
  constexpr std::size_t kAlignment = 64;
  constexpr std::size_t kBeforeHeader = 10;
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows,
                  values.size() / rows);
  const std::size_t unpadded = kBeforeHeader + header.size() + 1;
  header.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  header += '\n';

  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xffU);
  bytes += static_cast<char>(header.size() >> 8U);
  bytes += header;
  const std::size_t begin = bytes.size();
  bytes.resize(begin + values.size_bytes());
  std::memcpy(bytes.data() + begin, values.data(), values.size_bytes());
  return bytes;
}

}  // namespace ndbench
