#include "core/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr int kGzip = 16 + MAX_WBITS;  // zlib's word for its own header or gzip's

/// The next piece of input, as large as zlib counts.
void feed(z_stream& stream, std::string_view& rest) {
  const std::size_t size = std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
  stream.avail_in = static_cast<uInt>(size);
  rest.remove_prefix(size);
}

}  // namespace

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string file;
  std::array<char, 1 << 16> piece;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    if (stream.avail_in == 0) feed(stream, bytes);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    status = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    file.append(piece.data(), piece.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return file;
}

std::string gunzip(std::string_view file, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzip) != Z_OK) throw std::bad_alloc();
  std::string bytes;
  std::array<char, 1 << 16> piece;
  std::string problem;
  for (int status = Z_OK; status != Z_STREAM_END && problem.empty();) {
    if (stream.avail_in == 0) feed(stream, file);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    status = inflate(&stream, Z_NO_FLUSH);
    bytes.append(piece.data(), piece.size() - stream.avail_out);
    if (bytes.size() > limit) {
      problem = fmt::format("it holds more than {} bytes", limit);
    } else if (status == Z_BUF_ERROR) {
      problem = "it is cut short";
    } else if (status != Z_OK && status != Z_STREAM_END) {
      problem = stream.msg != nullptr ? stream.msg : "it is no gzip file";
    }
  }
  if (problem.empty() && (stream.avail_in > 0 || !file.empty())) problem = "more follows its end";
  inflateEnd(&stream);
  if (!problem.empty()) throw Error(problem);
  return bytes;
}

}  // namespace ndbench
