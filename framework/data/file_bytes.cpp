#include "data/file_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "ndbench/error.h"

namespace ndbench {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0) {
      fail(fmt::format("cannot be opened: {}", std::strerror(errno)));
    }
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(descriptor_); }

  [[nodiscard]] std::int64_t size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) {
      fail(fmt::format("cannot be looked at: {}", std::strerror(errno)));
    }
    if (!S_ISREG(status.st_mode)) {
      fail("is not a regular file");
    }
    return status.st_size;
  }

  /// Fewer than `size` only at the end of the file.
  std::size_t read(std::uint8_t* bytes, std::size_t size) const {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t count = ::read(descriptor_, bytes + done, size - done);
      if (count < 0 && errno != EINTR) {
        fail(fmt::format("cannot be read at byte {}: {}", done, std::strerror(errno)));
      }
      if (count == 0) {
        break;
      }
      done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return done;
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(fmt::format("{}: {}; check the file and its permissions", path_.native(), what));
  }

 private:
  const std::filesystem::path& path_;
  int descriptor_;
};

}  // namespace

std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& file, std::int64_t limit) {
  const OpenFile open_file(file);
  const std::int64_t size = open_file.size();
  if (size > limit) {
    open_file.fail(fmt::format("has {} bytes, where at most {} are read", size, limit));
  }
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  bytes.resize(open_file.read(bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace ndbench
