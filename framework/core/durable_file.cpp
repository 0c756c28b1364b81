#include "core/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// A device or pipe (/dev/full, /dev/stdout), which is written as it is: it cannot be replaced.
bool is_special(const fs::path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/// Where the new content of a file stands until it is complete.
fs::path partial(const fs::path& path) {
  return fmt::format("{}.{}.partial", path.string(), getpid());
}

}  // namespace

void throw_results_error(const char* what, const fs::path& path, int error) {
  throw ResultsError(
      fmt::format("cannot {} '{}': {}; make room there or choose another place (--results, "
                  "--benchmark_out, --out)",
                  what, path.string(), std::strerror(error)));
}

void write_all(int file, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_results_error("write to", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync_folder(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  if (!synced) throw_results_error("synchronize", folder, error);
}

void check_writable(const fs::path& path) {
  if (is_special(path)) return;
  std::error_code error;
  if (fs::is_directory(path, error)) throw_results_error("write to", path, EISDIR);
  const fs::path target = partial(path);
  const int file = open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) throw_results_error("create", target, errno);
  close(file);
  unlink(target.c_str());
}

void write_file(const fs::path& path, const std::string& content) {
  const bool special = is_special(path);
  const fs::path target = special ? path : partial(path);
  const int file = open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) throw_results_error("create", target, errno);
  try {
    write_all(file, content, target);
    if (!special && fsync(file) != 0) throw_results_error("synchronize", target, errno);
  } catch (...) {
    close(file);
    if (!special) unlink(target.c_str());
    throw;
  }
  if (close(file) != 0) throw_results_error("close", target, errno);
  if (!special && rename(target.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(target.c_str());
    throw_results_error("replace", path, error);
  }
  if (!special) sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace ndbench
