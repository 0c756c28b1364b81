#include "core/journal.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/journal_line.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

constexpr char kName[] = "journal.jsonl";

/// Creates a folder named after the second and this process, and a number if there is one already.
fs::path make_run_folder(const fs::path& results) {
  const std::string name =
      fmt::format("{:%Y%m%dT%H%M%SZ}-{}", fmt::gmtime(std::time(nullptr)), getpid());
  fs::path folder = results / name;
  for (int number = 2; mkdir(folder.c_str(), 0777) != 0; ++number) {
    if (errno != EEXIST || number > 1000) throw_results_error("create", folder, errno);
    folder = results / fmt::format("{}-{}", name, number);
  }
  return folder;
}

/// All that is in an open file from `offset` on.
std::string read_from(int file, std::uint64_t offset, const fs::path& path) {
  std::string text;
  std::string piece(1 << 16, '\0');
  while (true) {
    const ssize_t count =
        pread(file, piece.data(), piece.size(), static_cast<off_t>(offset + text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_results_error("read", path, errno);
    if (count == 0) return text;
    text.append(piece, 0, static_cast<std::size_t>(count));
  }
}

fs::path free_name(const fs::path& stem) {
  for (int number = 1;; ++number) {
    fs::path name = fmt::format("{}-{}", stem.string(), number);
    if (!fs::exists(name)) return name;
  }
}

}  // namespace

Journal::Journal(const fs::path& results) {
  std::error_code error;
  fs::create_directories(results, error);
  if (error) throw_results_error("create", results, error.value());
  folder_ = make_run_folder(results);
  const fs::path path = folder_ / kName;
  file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) throw_results_error("create", path, errno);
  lock(path);
  sync_folder(folder_);
  sync_folder(results);
}

Journal::Journal(fs::path folder, std::uint64_t bytes) : folder_(std::move(folder)), size_(bytes) {
  const fs::path path = folder_ / kName;
  file_ = open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (file_ < 0) throw_results_error("open", path, errno);
  lock(path);
  const std::string torn = read_from(file_, bytes, path);
  if (!torn.empty()) {
    write_file(free_name(folder_ / fmt::format("{}.torn", kName)), torn);
    if (ftruncate(file_, static_cast<off_t>(bytes)) != 0 || fsync(file_) != 0) {
      throw_results_error("shorten", path, errno);
    }
  }
}

Journal::~Journal() { close(file_); }

void Journal::lock(const fs::path& path) {
  if (flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;
  close(std::exchange(file_, -1));
  if (error != EWOULDBLOCK) throw_results_error("lock", path, error);
  throw ResultsError(
      fmt::format("'{}' is being written by another process; wait for its end", path.string()));
}

void Journal::append(const nlohmann::json& line) { append_together(std::span(&line, 1)); }

void Journal::append_together(std::span<const nlohmann::json> lines) {
  std::string text;
  for (std::size_t index = 0; index < lines.size(); ++index) {
    if (lines.size() == 1) {
      text += seal(lines[index]);
      continue;
    }
    nlohmann::json line = lines[index];
    line["batch"] = {index + 1, lines.size()};
    text += seal(line);
  }
  const fs::path path = folder_ / kName;
  try {
    write_all(file_, text, path);
    if (fsync(file_) != 0) throw_results_error("synchronize", path, errno);
  } catch (...) {
    [[maybe_unused]] const int undone = ftruncate(file_, static_cast<off_t>(size_));
    throw;
  }
  size_ += text.size();
}

void Journal::put(const fs::path& name, const std::string& content) const {
  const fs::path path = folder_ / name;
  std::error_code error;
  if (fs::create_directories(path.parent_path(), error)) sync_folder(folder_);
  if (error) throw_results_error("create", path.parent_path(), error.value());
  write_file(path, content);
}

}  // namespace ndbench
