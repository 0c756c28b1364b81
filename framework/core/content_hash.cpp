#include "core/content_hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "ndbench/error.h"

namespace ndbench {
namespace {

std::string text_of(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return fmt::format("{:02x}", fmt::join(canonical.digest, ""));
}

}  // namespace

std::string content_hash(std::string_view bytes) {
  return text_of(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string file_hash(const std::filesystem::path& file) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 1 << 16> bytes;
  while (stream) {
    stream.read(bytes.data(), bytes.size());
    XXH3_128bits_update(state.get(), bytes.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (!stream.eof()) {
    throw Error(fmt::format("cannot read '{}': {}", file.string(), std::strerror(errno)));
  }
  return text_of(XXH3_128bits_digest(state.get()));
}

}  // namespace ndbench
