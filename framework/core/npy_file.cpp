#include "core/npy_file.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>

#include "ndbench/error.h"

namespace ndbench {
namespace {

static_assert(std::endian::native == std::endian::little, "the headers say '<'");

constexpr std::string_view kMagic("\x93NUMPY\x01\x00", 8);
constexpr std::size_t kBeforeHeader = 10;

template <typename Value>
constexpr std::string_view kType = "<f4";
template <>
constexpr std::string_view kType<std::int32_t> = "<i4";

/// Magic, version, length of the header; the header (numpy.lib.format), padded with blanks and
/// ended by a newline, so that the values begin at a multiple of 64 bytes.
std::string beginning(std::string_view type, std::size_t rows, std::size_t columns) {
  constexpr std::size_t kAlignment = 64;
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}",
                                   type, rows, columns);
  const std::size_t unpadded = kBeforeHeader + header.size() + 1;
  header.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  header += '\n';

  std::string bytes(kMagic);
  bytes += static_cast<char>(header.size() & 0xffU);
  bytes += static_cast<char>(header.size() >> 8U);
  return bytes + header;
}

template <typename Value>
std::string bytes_of(std::span<const Value> values, std::size_t rows) {
  if (rows == 0 || values.empty() || values.size() % rows != 0) {
    throw Error(fmt::format("an array of {} values does not have {} rows; give as many in each row",
                            values.size(), rows));
  }
  std::string bytes = beginning(kType<Value>, rows, values.size() / rows);
  const std::size_t begin = bytes.size();
  bytes.resize(begin + values.size_bytes());
  std::memcpy(bytes.data() + begin, values.data(), values.size_bytes());
  return bytes;
}

/// The number after the first `label` in `text`.
std::size_t number_after(std::string_view text, std::string_view label) {
  const std::size_t at = text.find(label);
  std::size_t value = 0;
  if (at == std::string_view::npos) return value;
  text.remove_prefix(at + label.size());
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string npy_bytes(std::span<const float> values, std::size_t rows) {
  return bytes_of(values, rows);
}

std::string npy_bytes(std::span<const std::int32_t> values, std::size_t rows) {
  return bytes_of(values, rows);
}

template <typename Value>
NpyMatrix<Value> parse_npy(std::string_view bytes) {
  const std::string_view front = bytes.substr(0, 1 << 8);
  NpyMatrix<Value> matrix{.rows = number_after(front, "'shape': (")};
  const std::size_t columns = number_after(front, fmt::format("({}, ", matrix.rows));
  // What it must begin with, if the two numbers are right.
  const std::string expected = beginning(kType<Value>, matrix.rows, columns);
  if (matrix.rows == 0 || columns == 0 || !bytes.starts_with(expected)) {
    throw Error(fmt::format("is no array of {} that ndbench has written", kType<Value>));
  }
  bytes.remove_prefix(expected.size());
  if (bytes.size() % sizeof(Value) != 0 || bytes.size() / sizeof(Value) / columns != matrix.rows ||
      bytes.size() / sizeof(Value) % columns != 0) {
    throw Error(fmt::format("holds {} bytes, which are not {} times {} values", bytes.size(),
                            matrix.rows, columns));
  }
  matrix.values.resize(bytes.size() / sizeof(Value));
  std::memcpy(matrix.values.data(), bytes.data(), bytes.size());
  return matrix;
}

template NpyMatrix<float> parse_npy(std::string_view bytes);
template NpyMatrix<std::int32_t> parse_npy(std::string_view bytes);

}  // namespace ndbench
