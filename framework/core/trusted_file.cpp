#include "core/trusted_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <deque>

#include "core/printable.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

struct Refusal {
  std::string why;
};

std::string shown(const std::string& path) { return printable(path, std::string::npos); }

/// Whether the group is that of `owner` alone, as most distributions make one for each user.
bool is_private_group(gid_t group, uid_t owner) {
  const passwd* user = getpwuid(owner);
  if (user == nullptr) return false;
  const std::string name = user->pw_name;
  const ::group* entry = getgrgid(group);
  if (entry == nullptr || name != entry->gr_name) return false;
  for (char** member = entry->gr_mem; *member != nullptr; ++member) {
    if (name != *member) return false;
  }
  return true;
}

/// @throws Refusal unless root or this user owns it.
void require_owner(const struct stat& status, const std::string& path) {
  const uid_t self = geteuid();
  if (status.st_uid == 0 || status.st_uid == self) return;
  throw Refusal{fmt::format(
      "is refused: '{}' belongs to user {}, who could change it; run chown {} on it, or ndbench as "
      "that user",
      shown(path), status.st_uid, self)};
}

/// @throws Refusal if others than root and the owner may write it.
void require_unwritable(const struct stat& status, const std::string& path) {
  if ((status.st_mode & S_IWOTH) != 0) {
    throw Refusal{
        fmt::format("is refused: '{}' is writable by everyone; run chmod o-w on it", shown(path))};
  }
  if ((status.st_mode & S_IWGRP) != 0 && !is_private_group(status.st_gid, status.st_uid)) {
    throw Refusal{fmt::format("is refused: '{}' is writable by group {}; run chmod g-w on it",
                              shown(path), status.st_gid)};
  }
}

/// The way from / to a file, folder by folder, each opened in the one before.
class Walk {
 public:
  explicit Walk(const fs::path& path) {
    push(path);
    enter_root();
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;
  ~Walk() { close(folder_); }

  /// @return the file's descriptor.
  int open_file() {
    while (true) {
      const std::string name = next();
      struct stat status {};
      if (fstatat(folder_, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) fail(name);
      if (is_writable_by_others_ || rest_.empty()) require_owner(status, below(name));
      if (S_ISLNK(status.st_mode)) {
        follow(name);
      } else if (!rest_.empty()) {
        enter(name);
      } else if (S_ISREG(status.st_mode)) {
        return open_regular(name);
      } else {
        throw Refusal{"is not a regular file"};
      }
    }
  }

 private:
  void push(const fs::path& path) {
    std::deque<std::string> names;
    for (const fs::path& name : path.relative_path()) {
      if (!name.empty() && name != ".") names.push_back(name.string());
    }
    rest_.insert(rest_.begin(), names.begin(), names.end());
    if (rest_.empty()) throw Refusal{"is not a regular file"};
  }

  std::string next() {
    std::string name = std::move(rest_.front());
    rest_.pop_front();
    return name;
  }

  [[nodiscard]] std::string below(const std::string& name) const {
    return (fs::path(at_) / name).string();
  }

  [[noreturn]] void fail(const std::string& name) const {
    throw Refusal{
        fmt::format("is not a regular file: '{}': {}", shown(below(name)), std::strerror(errno))};
  }

  void enter_root() {
    if (folder_ >= 0) close(folder_);
    folder_ = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    at_ = "/";
    check_folder();
  }

  void enter(const std::string& name) {
    const int inner = openat(folder_, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0) fail(name);
    close(folder_);
    folder_ = inner;
    at_ = (fs::path(at_) / name).lexically_normal().string();
    check_folder();
  }

  void check_folder() {
    struct stat status {};
    if (fstat(folder_, &status) != 0) fail(".");
    require_owner(status, at_);
    // In a sticky folder nobody can replace what another one owns.
    is_writable_by_others_ = (status.st_mode & S_ISVTX) != 0 && (status.st_mode & 022) != 0;
    if (!is_writable_by_others_) require_unwritable(status, at_);
  }

  void follow(const std::string& name) {
    constexpr int kMostLinks = 40;  // as many as the kernel follows
    if (++links_ > kMostLinks) {
      errno = ELOOP;
      fail(name);
    }
    std::array<char, PATH_MAX> target{};
    const ssize_t size = readlinkat(folder_, name.c_str(), target.data(), target.size());
    if (size <= 0) fail(name);
    const fs::path path(std::string(target.data(), static_cast<std::size_t>(size)));
    push(path);
    if (path.is_absolute()) enter_root();
  }

  int open_regular(const std::string& name) {
    struct stat folder {};
    if (fstat(folder_, &folder) != 0) fail(".");
    require_unwritable(folder, at_);  // sticky or not: this one is searched by name
    const int file =
        openat(folder_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0) fail(name);
    struct stat status {};
    try {
      if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        throw Refusal{"is not a regular file"};
      }
      require_owner(status, below(name));
      require_unwritable(status, below(name));
    } catch (const Refusal&) {
      close(file);
      throw;
    }
    return file;
  }

  int folder_ = -1;
  std::string at_;
  std::deque<std::string> rest_;
  int links_ = 0;
  bool is_writable_by_others_ = false;
};

}  // namespace

TrustedFile::TrustedFile(const fs::path& path) {
  try {
    Walk walk(fs::absolute(path));
    descriptor_ = walk.open_file();
  } catch (const Refusal& refusal) {
    refusal_ = refusal.why;
  }
}

TrustedFile::~TrustedFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace ndbench
