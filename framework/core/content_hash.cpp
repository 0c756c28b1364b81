#include "core/content_hash.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

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

std::string content_hash_of_file(int descriptor) {
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                       &XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<char> bytes(std::size_t{1} << 20U);
  for (off_t offset = 0;;) {
    const ssize_t count = pread(descriptor, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw std::system_error(errno, std::generic_category());
    if (count == 0) return text_of(XXH3_128bits_digest(state.get()));
    XXH3_128bits_update(state.get(), bytes.data(), static_cast<std::size_t>(count));
    offset += count;
  }
}

std::string content_hash_of_file(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  try {
    if (descriptor < 0) throw std::system_error(errno, std::generic_category());
    std::string hash = content_hash_of_file(descriptor);
    close(descriptor);
    return hash;
  } catch (const std::system_error& error) {
    if (descriptor >= 0) close(descriptor);
    throw Error(fmt::format("cannot read '{}': {}", file.string(), error.code().message()));
  }
}

}  // namespace ndbench
