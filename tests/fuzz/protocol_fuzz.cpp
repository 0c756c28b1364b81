// Feeds arbitrary bytes to MessageDecoder: as a stream, and behind a first byte, which is the
// type, as the payload of a frame with the right checksum. ndbench::Error is the only way out it
// may take, and a message that was understood can be sent on.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "../protocol_frame.h"
#include "core/protocol.h"
#include "ndbench/error.h"

namespace {

/// What was understood can be sent on, and is understood again.
void check(const ndbench::Message& message) {
  ndbench::MessageDecoder decoder;
  try {
    decoder.feed(ndbench::encode(message, 0));
    if (decoder.next().has_value()) return;
  } catch (const ndbench::Error&) {
  }
  std::abort();
}

void decode(std::string_view bytes) {
  ndbench::MessageDecoder decoder;
  const std::size_t half = bytes.size() / 2;
  try {
    for (const std::string_view part : {bytes.substr(0, half), bytes.substr(half)}) {
      decoder.feed(part);
      while (const auto message = decoder.next()) check(*message);
    }
  } catch (const ndbench::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  decode(bytes);
  if (size > 0) decode(ndbench::frame_around(std::string(bytes.substr(1)), data[0]));
  return 0;
}
