// Feeds arbitrary bytes to parse_suite: ndbench::Error is the only way out it may take.
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
//     -Iframework -Iframework/include tests/fuzz/suite_fuzz.cpp \
//     framework/core/{suite,suite_text,name,printable,spelling,mode}.cpp framework/sdk/error.cpp \
//     -lfmt -lxxhash -o suite_fuzz
//   ./suite_fuzz -dict=tests/fuzz/suite.dict CORPUS suites

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
