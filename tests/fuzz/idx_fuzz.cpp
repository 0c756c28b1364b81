// Feeds arbitrary bytes to read_idx as a file: ndbench::Error is the only way out it may take.

#include <cstddef>
#include <cstdint>

#include "data/idx.h"
#include "fuzz_file.h"
#include "ndbench/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz_file("idx", {reinterpret_cast<const char*>(data), size});
  for (const std::int64_t dimensions : {1, 3}) {
    for (const std::int64_t subset : {0, 2}) {
      try {
        (void)ndbench::read_idx(file, dimensions, subset);
      } catch (const ndbench::Error&) {
      }
    }
  }
  return 0;
}
