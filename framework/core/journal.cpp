#include "core/journal.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

#include "core/record.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* what, const fs::path& path, int error) {
  throw ResultsError(
      fmt::format("cannot {} '{}': {}; make room there or choose another place (--results, "
                  "--benchmark_out)",
                  what, path.string(), std::strerror(error)));
}

void write_all(int file, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write to", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// A device or pipe (/dev/full, /dev/stdout), which is written as it is: it cannot be replaced.
bool is_special(const fs::path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/// Where the new content of a file stands until it is complete.
fs::path partial(const fs::path& path) {
  return fmt::format("{}.{}.partial", path.string(), getpid());
}

/// Makes the names in a folder durable.
void sync_folder(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  if (!synced) fail("synchronize", folder, error);
}

/// Creates a folder named after the second and this process, and a number if there is one already.
fs::path make_run_folder(const fs::path& results) {
  const std::string name =
      fmt::format("{:%Y%m%dT%H%M%SZ}-{}", fmt::gmtime(std::time(nullptr)), getpid());
  fs::path folder = results / name;
  for (int number = 2; mkdir(folder.c_str(), 0777) != 0; ++number) {
    if (errno != EEXIST || number > 1000) fail("create", folder, errno);
    folder = results / fmt::format("{}-{}", name, number);
  }
  return folder;
}

}  // namespace

Journal::Journal(const fs::path& results) {
  std::error_code error;
  fs::create_directories(results, error);
  if (error) fail("create", results, error.value());
  folder_ = make_run_folder(results);
  const fs::path path = folder_ / "journal.jsonl";
  file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) fail("create", path, errno);
  sync_folder(folder_);
  sync_folder(results);
}

Journal::~Journal() { close(file_); }

void Journal::append(const nlohmann::json& line) {
  const fs::path path = folder_ / "journal.jsonl";
  const std::string text = strict_line(line) + "\n";
  try {
    write_all(file_, text, path);
    if (fsync(file_) != 0) fail("synchronize", path, errno);
  } catch (...) {
    [[maybe_unused]] const int undone = ftruncate(file_, size_);
    throw;
  }
  size_ += static_cast<std::int64_t>(text.size());
}

void Journal::put(const fs::path& name, const std::string& content) const {
  const fs::path path = folder_ / name;
  std::error_code error;
  if (fs::create_directories(path.parent_path(), error)) sync_folder(folder_);
  if (error) fail("create", path.parent_path(), error.value());
  write_file(path, content);
}

void check_writable(const fs::path& path) {
  if (is_special(path)) return;
  std::error_code error;
  if (fs::is_directory(path, error)) fail("write to", path, EISDIR);
  const fs::path target = partial(path);
  const int file = open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) fail("create", target, errno);
  close(file);
  unlink(target.c_str());
}

void write_file(const fs::path& path, const std::string& content) {
  const bool special = is_special(path);
  const fs::path target = special ? path : partial(path);
  const int file = open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) fail("create", target, errno);
  try {
    write_all(file, content, target);
    if (!special && fsync(file) != 0) fail("synchronize", target, errno);
  } catch (...) {
    close(file);
    if (!special) unlink(target.c_str());
    throw;
  }
  if (close(file) != 0) fail("close", target, errno);
  if (!special && rename(target.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(target.c_str());
    fail("replace", path, error);
  }
  if (!special) sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace ndbench
