#include "core/journal_text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "core/journal_line.h"

namespace ndbench {
namespace {

static_assert(kReadableBeyond >= simdjson::SIMDJSON_PADDING);

/// The lines of a file, one at a time, in a buffer that is used again and again.
class Lines {
 public:
  explicit Lines(const std::filesystem::path& file) : file_(file), buffer_(kPiece) {
    // A pipe would wait for a writer.
    descriptor_ = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0 && errno != ENOENT) fail(std::strerror(errno));
    struct stat status {};
    if (descriptor_ < 0 || fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
      if (descriptor_ >= 0) close(descriptor_);
      fail("no such regular file");
    }
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  ~Lines() { close(descriptor_); }

  /// The next line without its newline; nothing at the end of the file.
  std::optional<std::string_view> next() {
    begin_ = next_;
    for (std::size_t searched = begin_;;) {
      const void* newline = std::memchr(buffer_.data() + searched, '\n', end_ - searched);
      if (newline != nullptr) {
        const auto at =
            static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.data());
        has_newline_ = true;
        next_ = at + 1;
        return std::string_view(buffer_.data() + begin_, at - begin_);
      }
      searched = end_ - begin_;
      if (!read_more()) break;
    }
    has_newline_ = false;
    next_ = end_;
    if (begin_ == end_) return std::nullopt;
    return std::string_view(buffer_.data() + begin_, end_ - begin_);
  }

  /// Whether a newline follows the line last given.
  [[nodiscard]] bool has_newline() const { return has_newline_; }

 private:
  static constexpr std::size_t kPiece = std::size_t{1} << 18;

  [[noreturn]] void fail(const char* reason) const {
    throw Error(fmt::format("cannot read the journal '{}': {}", file_.string(), reason));
  }

  /// Moves what is left to the front and reads behind it. False at the end of the file.
  bool read_more() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    if (buffer_.size() < end_ + kPiece / 2 + kReadableBeyond) buffer_.resize(2 * buffer_.size());
    ssize_t got = 0;
    do {
      got = read(descriptor_, buffer_.data() + end_, buffer_.size() - kReadableBeyond - end_);
    } while (got < 0 && errno == EINTR);
    if (got < 0) fail(std::strerror(errno));
    end_ += static_cast<std::size_t>(got);
    return got > 0;
  }

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< of the line last given
  std::size_t next_ = 0;   ///< of the one after it
  std::size_t end_ = 0;    ///< of what has been read
  bool has_newline_ = false;
};

struct Place {
  std::uint64_t index = 1;
  std::uint64_t size = 1;
};

/// Where a line stands among those written together.
class BatchPlaces {
 public:
  /// @throws ndbench::Error
  Place of(std::string_view text) {
    constexpr std::string_view kKey = "\"batch\":";
    // In a string the quotes would be escaped: what has no such text has no such member.
    if (text.find(kKey) == std::string_view::npos) return {};
    simdjson::ondemand::document document;
    simdjson::ondemand::value value;
    if (parser_.iterate(text.data(), text.size(), text.size() + kReadableBeyond).get(document)) {
      throw Error("is no JSON object");
    }
    const auto found = document["batch"].get(value);
    if (found == simdjson::NO_SUCH_FIELD) return {};
    Place place;
    simdjson::ondemand::array array;
    if (found || value.get_array().get(array)) fail();
    std::size_t count = 0;
    for (auto member : array) {
      std::uint64_t number = 0;
      if (member.get_uint64().get(number) || count == 2) fail();
      (count++ == 0 ? place.index : place.size) = number;
    }
    if (count != 2) fail();
    return place;
  }

 private:
  [[noreturn]] static void fail() { throw Error("has a 'batch' that is not [number, count]"); }

  simdjson::ondemand::parser parser_;
};

/// Lines of one write, which count together.
class Batch {
 public:
  /// @return whether the batch is complete with this line.
  /// @throws ndbench::Error if the line is not the next of its batch.
  bool add(const JournalText& line, Place place) {
    if (place.index != lines_.size() + 1 || (place.index > 1 && place.size != size_)) {
      throw Error(fmt::format("is number {} of {} lines written together, after {}", place.index,
                              place.size, lines_.size()));
    }
    size_ = place.size;
    auto& [number, text] = lines_.emplace_back(line.number, std::string());
    text.reserve(line.text.size() + kReadableBeyond);
    text = line.text;
    return lines_.size() == size_;
  }

  void hand_over(const std::function<void(const JournalText&)>& on_line) {
    for (const auto& [number, text] : lines_) on_line({number, text});
    lines_.clear();
  }

  [[nodiscard]] bool is_open() const { return !lines_.empty(); }

 private:
  std::vector<std::pair<std::size_t, std::string>> lines_;
  std::uint64_t size_ = 0;
};

}  // namespace

Error damaged_line(const std::filesystem::path& file, std::size_t number, const std::string& why) {
  return Error(fmt::format("{}:{}: damaged: this line {}; restore the file from a copy",
                           file.string(), number, why));
}

JournalEnd read_journal_text(const std::filesystem::path& file,
                             const std::function<void(const JournalText& line)>& on_line) {
  Lines lines(file);
  JournalEnd end;
  BatchPlaces places;
  Batch batch;
  std::uint64_t position = 0;
  std::size_t number = 0;
  while (const auto text = lines.next()) {
    ++number;
    position += text->size() + (lines.has_newline() ? 1 : 0);
    const std::string problem = seal_problem(*text);
    if (!end.torn.empty()) {
      // A write that was cut short is the last one: a whole line after it means damage.
      if (lines.has_newline() && problem.empty()) throw damaged_line(file, number - 1, end.torn);
      continue;
    }
    end.torn = lines.has_newline() ? problem : "is cut short";
    if (!end.torn.empty()) continue;
    const JournalText line{number, *text};
    bool is_complete = true;
    bool is_alone = true;
    try {
      const Place place = places.of(*text);
      is_alone = place.index == 1 && place.size == 1 && !batch.is_open();
      if (!is_alone) is_complete = batch.add(line, place);
    } catch (const Error& error) {
      throw damaged_line(file, number, error.what());
    }
    if (!is_complete) continue;
    if (is_alone) {
      on_line(line);
    } else {
      batch.hand_over(on_line);
    }
    end.bytes = position;
  }
  if (!end.torn.empty()) {
    end.torn = fmt::format("line {} {}", number, end.torn);
  } else if (batch.is_open()) {
    end.torn = fmt::format("line {} is not the last of those written with it", number);
  }
  return end;
}

}  // namespace ndbench
