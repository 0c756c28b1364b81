#include "core/fragment_copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/durable_file.h"
#include "core/fragment_index.h"
#include "core/journal_text.h"
#include "core/printable.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 8;
constexpr std::size_t kLongestName = 200;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

[[noreturn]] void fail(const char* what, const fs::path& path) {
  const int error = errno;
  throw ResultsError(
      fmt::format("cannot {} '{}': {}; make room there or choose another place (--results)", what,
                  path.string(), std::strerror(error)));
}

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw FragmentDamage(fmt::format("'{}' {}; a run's folder holds folders and plain files",
                                   printable(path.string(), std::string::npos), why));
}

/// Plain enough for every shell and file system.
bool is_plain(const std::string& name) {
  constexpr std::string_view kOthers = "._+-";
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' &&
         name.front() != '-' && std::all_of(name.begin(), name.end(), [&](char character) {
           const auto byte = static_cast<unsigned char>(character);
           return byte < 0x80 &&
                  (std::isalnum(byte) != 0 || kOthers.find(character) != std::string_view::npos);
         });
}

/// What a run leaves in its folder only as long as it goes on.
bool is_passing(const std::string& name) {
  return name == "scratch" || name.ends_with(kPartialFragment);
}

std::vector<std::string> names_in(const Descriptor& folder, const fs::path& path) {
  const int again = openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(again < 0 ? nullptr : fdopendir(again),
                                                   closedir);
  if (!stream) throw FragmentDamage(fmt::format("cannot read the folder '{}'", path.string()));
  std::vector<std::string> names;
  while (const dirent* entry = readdir(stream.get())) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  // The journal first: each file that it names was there before the line that names it.
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a != "journal.jsonl", a) < std::pair(b != "journal.jsonl", b);
  });
  return names;
}

void copy_bytes(const Descriptor& from, const Descriptor& to, const fs::path& source,
                const fs::path& target) {
  std::array<char, 1 << 16> piece{};
  for (;;) {
    const ssize_t got = read(from.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw FragmentDamage(
          fmt::format("cannot read '{}': {}", source.string(), std::strerror(errno)));
    }
    if (got == 0) break;
    for (ssize_t done = 0; done < got;) {
      const ssize_t written =
          write(to.get(), piece.data() + done, static_cast<std::size_t>(got - done));
      if (written < 0 && errno != EINTR) fail("write to", target);
      done += std::max<ssize_t>(written, 0);
    }
  }
  if (fsync(to.get()) != 0) fail("synchronize", target);
}

void copy_folder(const Descriptor& from, const Descriptor& to, const fs::path& source,
                 const fs::path& target, int depth) {
  if (depth > kDeepest) refuse(source, fmt::format("is {} folders deep", depth));
  for (const std::string& name : names_in(from, source)) {
    if (is_passing(name)) continue;
    if (!is_plain(name)) {
      refuse(source / name, "has a name of other characters than letters, digits and . _ + -");
    }
    // O_NONBLOCK: a pipe must not be waited for.
    Descriptor file(
        openat(from.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT) continue;  // the run goes on, and removed it
    if (!file && errno == ELOOP) refuse(source / name, "is a symbolic link");
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0) {
      refuse(source / name, fmt::format("cannot be opened: {}", std::strerror(errno)));
    }
    if (S_ISDIR(status.st_mode)) {
      if (mkdirat(to.get(), name.c_str(), 0777) != 0) fail("create", target / name);
      const Descriptor folder(
          openat(to.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!folder) fail("open", target / name);
      copy_folder(file, folder, source / name, target / name, depth + 1);
    } else if (S_ISREG(status.st_mode)) {
      const Descriptor copy(openat(to.get(), name.c_str(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
      if (!copy) fail("create", target / name);
      copy_bytes(file, copy, source / name, target / name);
    } else {
      refuse(source / name, "is neither a folder nor a plain file");
    }
  }
  if (fsync(to.get()) != 0) fail("synchronize", target);
}

/// Throws if the journal is damaged, and names it where the user has it.
void check_journal(const fs::path& journal) {
  try {
    (void)read_journal_text(journal, [](const JournalText&) {});
  } catch (const Error& error) {
    throw FragmentDamage(error.what());
  }
}

/// A folder that is being filled, locked so that others see that somebody does.
class PartialFolder {
 public:
  PartialFolder(const fs::path& results, const std::string& name)
      : path_(results / fmt::format("{}.{}{}", name, getpid(), kPartialFragment)) {
    while (!make()) {
    }
  }
  PartialFolder(const PartialFolder&) = delete;
  PartialFolder& operator=(const PartialFolder&) = delete;
  ~PartialFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }

 private:
  /// @return false if another process removed it before it was locked, taking it for abandoned
  bool make() {
    if (mkdir(path_.c_str(), 0777) != 0) fail("create", path_);
    descriptor_ = Descriptor(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor_ && errno == ENOENT) return false;
    if (!descriptor_ || flock(descriptor_.get(), LOCK_EX) != 0) fail("lock", path_);
    struct stat locked {};
    if (fstat(descriptor_.get(), &locked) != 0) fail("look at", path_);
    return locked.st_nlink > 0;
  }

  fs::path path_;
  Descriptor descriptor_{-1};
};

/// Gives the copy its name, in place of an older copy if `replaces` it.
/// @return false if something else has that name by now
bool rename_copy(const fs::path& from, const fs::path& to, bool replaces) {
  const unsigned flags = replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return true;
  if (errno == EEXIST) return false;
  fail("rename to", to);
}

/// Where in a folder of results a run from elsewhere is or may be put.
class Places {
 public:
  Places(const Fragment& source, const fs::path& results, const std::string& present)
      : source_(source), run_(run_of(source)), results_(results), present_(present) {}

  /// The first is where the database says that the run is; then the name that it has.
  [[nodiscard]] fs::path at(int number) const {
    if (!present_.empty() && number == 0) return results_ / present_;
    const int copy = number + (present_.empty() ? 1 : 0);
    return results_ / (copy == 1 ? source_.name() : fmt::format("{}-{}", source_.name(), copy));
  }

  /// Whether a fragment of this run lies there, and is not damaged.
  [[nodiscard]] bool is_same_run(const fs::path& folder) const {
    if (run_.empty() || !is_fragment(folder)) return false;
    try {
      const Fragment there = fragment_at(folder);
      if (run_of(there) != run_) return false;
      check_journal(there.journal());
      return true;
    } catch (const ResultsError&) {
      return false;
    }
  }

  /// The run itself, with all that the source has.
  [[nodiscard]] std::optional<Fragment> find() const {
    for (int number = 0; fs::exists(fs::symlink_status(at(number))); ++number) {
      if (!is_same_run(at(number))) continue;
      Fragment there = fragment_at(at(number));
      if (there.bytes >= source_.bytes) return there;
    }
    return std::nullopt;
  }

 private:
  const Fragment& source_;
  std::string run_;
  fs::path results_;
  std::string present_;
};

}  // namespace

CopiedFragment copy_fragment(const Fragment& source, const fs::path& results,
                             const std::string& present) {
  std::error_code error;
  if (fs::equivalent(source.folder.parent_path() / ".", results, error)) return {source, false};
  if (!is_plain(source.name())) {
    refuse(source.folder, "has a name of other characters than letters, digits and . _ + -");
  }
  const Places places(source, results, present);
  if (auto there = places.find()) return {*std::move(there), false};
  check_journal(source.journal());
  const Descriptor from(
      open(source.folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!from) refuse(source.folder, fmt::format("cannot be opened: {}", std::strerror(errno)));
  const PartialFolder copy(results, source.name());
  copy_folder(from, copy.descriptor(), source.folder, copy.path(), 0);
  check_journal(copy.path() / "journal.jsonl");
  fs::path target;
  for (int number = 0;; ++number) {
    // Another process may have copied the run meanwhile.
    if (auto there = places.find()) return {*std::move(there), false};
    target = places.at(number);
    if (rename_copy(copy.path(), target, places.is_same_run(target))) break;
  }
  const Descriptor folder(open(results.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || fsync(folder.get()) != 0) fail("synchronize", results);
  return {fragment_at(target), true};
}

void remove_abandoned_copies(const fs::path& results) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(results, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(kPartialFragment)) continue;
    const Descriptor folder(
        open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder || flock(folder.get(), LOCK_EX | LOCK_NB) != 0) continue;
    fs::remove_all(entry.path(), error);
    if (error) {
      throw ResultsError(
          fmt::format("cannot remove '{}': {}", entry.path().string(), error.message()));
    }
  }
}

}  // namespace ndbench
