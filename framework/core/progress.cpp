#include "core/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/printable.h"

namespace ndbench {

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

Progress::Progress(std::FILE* stream, bool terminal, int total, Seconds now)
    : stream_(stream), terminal_(terminal), total_(total), now_(std::move(now)) {}

void Progress::start(const std::string& what) {
  ++started_;
  const double elapsed = now_();
  std::string line = fmt::format("[{}/{}{}] {}  {}", std::min(started_, total_), total_,
                                 open_ ? "+" : "", printable(what), clock_text(elapsed));
  if (done_ > 0) {
    line += fmt::format("  ETA {}{}", open_ ? "at least " : "",
                        clock_text(elapsed / done_ * (total_ - done_)));
  }
  if (terminal_) {
    line.insert(0, "\r\x1b[K");
  } else {
    line += '\n';
  }
  std::fputs(line.c_str(), stream_);  // a stderr that is closed or full is no reason to stop
  std::fflush(stream_);
}

void Progress::done(int count) {
  done_ += count;
  started_ = std::max(started_ + count - 1, done_);
}

void Progress::clear() {
  if (!terminal_) return;
  std::fputs("\r\x1b[K", stream_);
  std::fflush(stream_);
}

}  // namespace ndbench
