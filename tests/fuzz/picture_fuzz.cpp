// Feeds arbitrary bytes to decode_picture: ndbench::Error is the only way out it may take.
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
//     -Iframework -Iframework/include tests/fuzz/picture_fuzz.cpp framework/sdk/error.cpp \
//     framework/data/{picture,picture_decoder,scaler,frame_format,libav_log}.cpp \
//     framework/data/{jpeg_markers,file_bytes}.cpp \
//     -lfmt -lavcodec -lavutil -lswscale -o picture_fuzz
//   ./picture_fuzz -rss_limit_mb=4096 CORPUS   # begin with some small JPEG and PNG files

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
