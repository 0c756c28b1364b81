#include "core/suite_text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "core/printable.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20;
constexpr std::size_t kLongestLine = 1024;

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::string_view without_carriage_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Calls `visit(number, line)` for each line, without its end, until it returns false.
template <typename Visit>
void for_each_line(std::string_view text, Visit visit) {
  for (unsigned number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (!visit(number, without_carriage_return(text.substr(0, end)))) return;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace

SuiteText::SuiteText(std::string_view bytes, const std::filesystem::path& file)
    : bytes_(bytes), file_(file.string()) {
  if (bytes.empty()) fail("the file is empty; framework/docs/suites.md shows what a suite needs");
  if (bytes.size() > kLargestFile) {
    fail(fmt::format("over {} bytes, the most a suite may have; is this a suite?", kLargestFile));
  }
  if (bytes.starts_with("\xef\xbb\xbf")) {
    fail(1, 1, "the file starts with a byte order mark; save it as UTF-8 without one");
  }
  for_each_line(bytes, [this](unsigned number, std::string_view line) {
    vet_line(line, number);
    return true;
  });
}

Position SuiteText::position(unsigned line, unsigned column) const {
  return {.file = file_, .line = line, .column = column};
}

void SuiteText::vet_line(std::string_view line, unsigned number) const {
  if (line.size() > kLongestLine) {
    fail(number, 1,
         fmt::format("the line has {} bytes, more than {}; break it", line.size(), kLongestLine));
  }
  for (unsigned column = 1; !line.empty(); ++column) {
    const std::optional<Utf8Character> next = first_character(line);
    if (!next) {
      fail(number, column,
           fmt::format("the byte 0x{:02x} is not UTF-8; save the file as UTF-8",
                       static_cast<unsigned char>(line[0])));
    }
    if (!is_printable(next->code_point) && next->code_point != U'\t') {
      fail(number, column,
           fmt::format("control or invisible character U+{:04X}; delete it",
                       static_cast<unsigned>(next->code_point)));
    }
    line.remove_prefix(next->bytes);
  }
}

void SuiteText::fail(unsigned line, unsigned column, std::string_view what) const {
  std::string message = fmt::format("{}: {}", position(line, column).text(), what);
  for_each_line(bytes_, [&](unsigned number, std::string_view shown) {
    if (number == line && !shown.empty()) message += fmt::format("\n  | {}", printable(shown));
    return number < line;
  });
  throw Error(message);
}

void SuiteText::fail(std::string_view what) const {
  throw Error(fmt::format("{}: {}", position(0, 0).text(), what));
}

std::string read_suite_bytes(const std::filesystem::path& file) {
  const auto fail = [&file](std::string_view what) {
    throw Error(fmt::format("{}: {}", Position{.file = file.string()}.text(), what));
  };
  const auto reason = [] { return std::generic_category().message(errno); };

  // Non-blocking, or opening a FIFO would wait for a writer.
  const FileDescriptor input(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (input.number() < 0) {
    fail(fmt::format("cannot open the suite: {}; check the path and its permissions", reason()));
  }
  struct stat status {};
  if (::fstat(input.number(), &status) != 0) fail(fmt::format("cannot inspect it: {}", reason()));
  if (!S_ISREG(status.st_mode)) {
    fail(fmt::format("{}; name a suite file (*.toml)",
                     S_ISDIR(status.st_mode) ? "this is a directory" : "not a regular file"));
  }

  std::string bytes(kLargestFile + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(input.number(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(fmt::format("cannot read the suite: {}; check the disk", reason()));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace ndbench
