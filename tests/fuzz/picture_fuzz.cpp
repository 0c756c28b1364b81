// Feeds arbitrary bytes to decode_picture: ndbench::Error is the only way out it may take.

#include <cstddef>
#include <cstdint>

#include "data/picture.h"
#include "ndbench/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const ndbench::PictureShape& wanted :
       {ndbench::PictureShape{}, ndbench::PictureShape{.channels = 1, .height = 5, .width = 7}}) {
    try {
      (void)ndbench::decode_picture({data, size}, "fuzz", wanted);
    } catch (const ndbench::Error&) {
    }
  }
  return 0;
}
