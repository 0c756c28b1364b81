#pragma once

#include <string>

namespace ndbench {

/// While alive, keeps what FFmpeg's libraries have to say on this thread, instead of letting them
/// print it. Decoders used under it must not start threads of their own.
class LibavLog {
 public:
  LibavLog();
  LibavLog(const LibavLog&) = delete;
  LibavLog& operator=(const LibavLog&) = delete;
  ~LibavLog();

  /// The warnings and errors so far, the first 512 bytes, on one line; empty if there were none.
  [[nodiscard]] const std::string& text() const { return text_; }

  /// Whether there was an error: some decoders conceal damage and only say so here.
  [[nodiscard]] bool has_error() const { return has_error_; }

 private:
  friend class LibavLogSink;

  std::string text_;
  bool has_error_ = false;
  LibavLog* outer_;
};

/// What an error code of FFmpeg's libraries means, with `log` where it says more.
[[nodiscard]] std::string describe_libav_error(int code, const LibavLog& log);

}  // namespace ndbench
