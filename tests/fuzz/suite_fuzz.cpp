// Feeds arbitrary bytes to parse_suite: ndbench::Error is the only way out it may take.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/suite.h"
#include "ndbench/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    (void)ndbench::parse_suite({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  } catch (const ndbench::Error&) {
  }
  return 0;
}
