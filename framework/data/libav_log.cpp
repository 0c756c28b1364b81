#include "data/libav_log.h"

#include <fmt/format.h>

#include <array>
#include <cstdarg>

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

namespace ndbench {
namespace {

// FFmpeg's libraries have one log for the whole process; what sorts it by thread is this.
thread_local LibavLog* innermost = nullptr;

}  // namespace

class LibavLogSink {
 public:
  static void receive(void* context, int level, const char* format, std::va_list arguments) {
    if (innermost == nullptr) {
      av_log_default_callback(context, level, format, arguments);
      return;
    }
    if (level > AV_LOG_WARNING) {
      return;
    }
    innermost->has_error_ = innermost->has_error_ || level <= AV_LOG_ERROR;
    std::array<char, 256> line{};
    int print_prefix = 0;
    av_log_format_line2(nullptr, level, format, arguments, line.data(), line.size(), &print_prefix);
    append(innermost->text_, line.data());
  }

 private:
  static void append(std::string& text, std::string_view line) {
    constexpr std::size_t kMaxBytes = 512;
    while (!line.empty() && line.back() == '\n') {
      line.remove_suffix(1);
    }
    if (line.empty() || text.size() >= kMaxBytes) {
      return;
    }
    text += text.empty() ? "" : "; ";
    for (const char c : line.substr(0, kMaxBytes - text.size())) {
      // What it quotes from a damaged file may be anything.
      text += c >= ' ' && c <= '~' ? c : '?';
    }
  }
};

LibavLog::LibavLog() : outer_(innermost) {
  static const bool installed = [] {
    av_log_set_callback(&LibavLogSink::receive);
    return true;
  }();
  (void)installed;
  innermost = this;
}

LibavLog::~LibavLog() { innermost = outer_; }

std::string describe_libav_error(int code, const LibavLog& log) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> meaning{};
  av_strerror(code, meaning.data(), meaning.size());
  return log.text().empty() ? std::string(meaning.data())
                            : fmt::format("{}: {}", meaning.data(), log.text());
}

}  // namespace ndbench
