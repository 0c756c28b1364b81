#include "core/content_hash.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace ndbench {

std::string content_hash(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  return fmt::format("{:02x}", fmt::join(canonical.digest, ""));
}

}  // namespace ndbench
