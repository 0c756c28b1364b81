#include "data/idx.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "ndbench/error.h"

namespace ndbench {
namespace {

// A header may claim anything; the largest data set of this kind (EMNIST) has 550 MB.
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 30;
constexpr std::int64_t kChunkBytes = std::int64_t{1} << 20;
constexpr std::uint8_t kUnsignedByte = 0x08;

class IdxFile {
 public:
  explicit IdxFile(const std::filesystem::path& path) : path_(path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::is_regular_file(status)) {
      fail(std::filesystem::is_directory(status) ? "is a folder, not an IDX file"
           : std::filesystem::exists(status)     ? "is not a regular file"
                                                 : "cannot be found or reached",
           "check the path and its permissions");
    }
    errno = 0;
    file_.reset(gzopen(path.c_str(), "rb"));
    if (file_ == nullptr) {
      fail(fmt::format("cannot be opened: {}", std::strerror(errno)), "check its permissions");
    }
    gzbuffer(file_.get(), 1U << 17);
  }

  void read(std::span<std::uint8_t> bytes) {
    const std::int64_t count = read_some(bytes);
    if (count == 0 && offset_ == 0) {
      fail("is empty", "download it again");
    }
    if (count < std::ssize(bytes)) {
      fail(
          fmt::format("ends at byte {} of its uncompressed data, where {} more bytes should follow",
                      offset_, std::ssize(bytes) - count),
          "download it again");
    }
  }

  [[nodiscard]] bool at_end() {
    std::array<std::uint8_t, 1> next{};
    return read_some(next) == 0;
  }

  [[nodiscard]] std::int64_t offset() const { return offset_; }

  [[noreturn]] void fail(std::string_view what, std::string_view remedy) const {
    throw Error(fmt::format("{}: {}; {}", path_.string(), what, remedy));
  }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose_r(file); }
  };

  std::int64_t read_some(std::span<std::uint8_t> bytes) {
    errno = 0;
    const int count = gzread(file_.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
    offset_ += std::max(count, 0);
    int code = Z_OK;
    const char* message = gzerror(file_.get(), &code);
    if (code == Z_ERRNO) {
      fail(fmt::format("cannot be read at byte {}: {}", offset_, std::strerror(errno)),
           "check the file and its disk");
    }
    if (count < 0 || code != Z_OK) {
      fail(
          fmt::format("is damaged gzip at byte {} of its uncompressed data ({})", offset_, message),
          "download it again");
    }
    return count;
  }

  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::int64_t offset_ = 0;
};

std::int64_t read_size(IdxFile& file) {
  std::array<std::uint8_t, 4> bytes{};
  file.read(bytes);
  return (std::int64_t{bytes[0]} << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
}

std::vector<std::int64_t> read_shape(IdxFile& file, std::int64_t dimensions) {
  std::array<std::uint8_t, 4> magic{};
  file.read(magic);
  const std::array<std::uint8_t, 4> expected{0, 0, kUnsignedByte,
                                             static_cast<std::uint8_t>(dimensions)};
  if (magic != expected) {
    file.fail(fmt::format("begins with the bytes {:02x} at byte 0, where an IDX file of unsigned "
                          "bytes in {} dimension(s) has {:02x}",
                          fmt::join(magic, " "), dimensions, fmt::join(expected, " ")),
              "check that it is the right file and not an HTML page");
  }
  std::vector<std::int64_t> shape;
  std::int64_t bytes = 1;
  for (std::int64_t dimension = 0; dimension < dimensions; ++dimension) {
    const std::int64_t offset = file.offset();
    const std::int64_t size = read_size(file);
    if (size < 1 || size > kMaxBytes / bytes) {
      file.fail(fmt::format("has size {} for dimension {} at byte {}, where at least 1 and at most "
                            "{} bytes in all are accepted",
                            size, dimension, offset, kMaxBytes),
                "download it again");
    }
    bytes *= size;
    shape.push_back(size);
  }
  return shape;
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& path, std::int64_t dimensions, std::int64_t subset) {
  assert((dimensions == 1 || dimensions == 3) && subset >= 0);
  IdxFile file(path);
  IdxArray array;
  array.shape = read_shape(file, dimensions);

  const bool whole = subset == 0 || subset >= array.shape[0];
  std::int64_t left = whole ? array.shape[0] : subset;
  for (std::int64_t dimension = 1; dimension < dimensions; ++dimension) {
    left *= array.shape[static_cast<std::size_t>(dimension)];
  }
  // In chunks, so that what is allocated follows what the file holds, not what its header claims.
  while (left > 0) {
    const std::size_t old_size = array.values.size();
    const auto chunk = static_cast<std::size_t>(std::min(left, kChunkBytes));
    array.values.resize(old_size + chunk);
    file.read(std::span(array.values).subspan(old_size));
    left -= static_cast<std::int64_t>(chunk);
  }
  if (whole && !file.at_end()) {
    file.fail(
        fmt::format("goes on after byte {}, where its header says that it ends", file.offset() - 1),
        "download it again");
  }
  return array;
}

}  // namespace ndbench
