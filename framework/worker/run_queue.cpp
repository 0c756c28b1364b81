#include "worker/run_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <limits>
#include <utility>

namespace ndbench {

std::optional<std::uint64_t> run_delay(std::string_view schedstat) {
  std::array<std::uint64_t, 3> fields{};
  const char* at = schedstat.data();
  const char* const end = at + schedstat.size();
  for (std::uint64_t& field : fields) {
    while (at != end && *at == ' ') ++at;
    const auto [next, error] = std::from_chars(at, end, field);
    if (error != std::errc{}) return std::nullopt;
    at = next;
  }
  while (at != end && (*at == ' ' || *at == '\n')) ++at;
  if (at != end) return std::nullopt;
  return fields[1];
}

namespace {

std::optional<std::uint64_t> read_delay(int file) {
  std::array<char, 96> text{};
  const ssize_t length = pread(file, text.data(), text.size(), 0);
  if (length <= 0) return std::nullopt;
  return run_delay({text.data(), static_cast<std::size_t>(length)});
}

}  // namespace

void RunQueue::find_threads() {
  close();
  std::error_code error;
  for (std::filesystem::directory_iterator task("/proc/self/task", error), end;
       !error && task != end; task.increment(error)) {
    const int file = open((task->path() / "schedstat").c_str(), O_RDONLY | O_CLOEXEC);
    if (file >= 0) threads_.push_back({file, read_delay(file).value_or(0)});
  }
}

double RunQueue::waited() {
  std::uint64_t nanoseconds = 0;
  bool is_known = false;
  for (Thread& thread : threads_) {
    const auto delay = read_delay(thread.file);
    if (!delay) continue;  // the thread has ended
    nanoseconds += *delay - std::exchange(thread.delay, *delay);
    is_known = true;
  }
  if (!is_known) return std::numeric_limits<double>::quiet_NaN();
  return 1e-9 * static_cast<double>(nanoseconds);
}

void RunQueue::close() {
  for (const Thread& thread : threads_) ::close(thread.file);
  threads_.clear();
}

}  // namespace ndbench
