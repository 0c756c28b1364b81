// Feeds arbitrary bytes to the readers of side files, packed and not: ndbench::Error is the only
// way out they may take, and an array that was understood is written and understood again as the
// same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "core/gzip.h"
#include "core/npy_file.h"
#include "ndbench/error.h"

namespace {

template <typename Value>
void check_array(std::string_view bytes) {
  ndbench::NpyMatrix<Value> matrix;
  try {
    matrix = ndbench::parse_npy<Value>(bytes);
  } catch (const ndbench::Error&) {
    return;
  }
  const auto again = ndbench::parse_npy<Value>(ndbench::npy_bytes(matrix.values, matrix.rows));
  const std::size_t size = matrix.values.size() * sizeof(Value);
  if (again.rows != matrix.rows || again.values.size() != matrix.values.size() ||
      std::memcmp(again.values.data(), matrix.values.data(), size) != 0) {
    std::abort();
  }
}

void check(std::string_view bytes) {
  check_array<float>(bytes);
  check_array<std::int32_t>(bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  try {
    check(ndbench::gunzip(bytes, kLimit));
  } catch (const ndbench::Error&) {
  }
  return 0;
}
