#include "core/journal_reader.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

#include "core/content_hash.h"
#include "core/journal_line.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

/// Lines of one write, which count together.
class Batch {
 public:
  /// @return whether the batch is complete with this line.
  /// @throws ndbench::Error if the line is not the next of its batch.
  bool add(JournalLine line) {
    const auto place = line.value.find("batch");
    std::size_t index = 1;
    std::size_t size = 1;
    if (place != line.value.end()) {
      if (!place->is_array() || place->size() != 2 || !place->at(0).is_number_unsigned() ||
          !place->at(1).is_number_unsigned()) {
        throw Error("has a 'batch' that is not [number, count]");
      }
      index = place->at(0).get<std::size_t>();
      size = place->at(1).get<std::size_t>();
      line.value.erase(place);
    }
    if (index != lines_.size() + 1 || (index > 1 && size != size_)) {
      throw Error(fmt::format("is number {} of {} lines written together, after {}", index, size,
                              lines_.size()));
    }
    size_ = size;
    lines_.push_back(std::move(line));
    return lines_.size() == size_;
  }

  [[nodiscard]] std::vector<JournalLine> take() { return std::exchange(lines_, {}); }
  [[nodiscard]] bool is_open() const { return !lines_.empty(); }

 private:
  std::vector<JournalLine> lines_;
  std::size_t size_ = 0;
};

void check_version(const nlohmann::json& value) {
  if (value.value("type", "") != "run") return;
  const auto version = value.find("version");
  if (version == value.end() || !version->is_number_integer()) throw Error("has no 'version'");
  if (version->get<std::int64_t>() <= kJournalVersion) return;
  throw Error(fmt::format("has version {}, this program reads up to {}; use a newer ndbench",
                          version->get<std::int64_t>(), kJournalVersion));
}

bool is_whole(const std::string& text) {
  try {
    (void)unseal(text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

JournalEnd read_journal(const std::filesystem::path& file,
                        const std::function<void(JournalLine line)>& on_line) {
  std::error_code error;
  const bool is_file = std::filesystem::is_regular_file(file, error);
  std::ifstream stream(file, std::ios::binary);
  if (!is_file || !stream) {
    throw Error(fmt::format("cannot read the journal '{}': {}", file.string(),
                            is_file ? std::strerror(errno) : "no such regular file"));
  }
  const auto damaged = [&](std::size_t number, const std::string& why) {
    return Error(fmt::format("{}:{}: damaged: this line {}; restore the file from a copy",
                             file.string(), number, why));
  };
  JournalEnd end;
  Batch batch;
  std::uint64_t position = 0;
  std::size_t number = 0;
  for (std::string text; std::getline(stream, text);) {
    ++number;
    const bool has_newline = !stream.eof();
    position += text.size() + (has_newline ? 1 : 0);
    if (!end.torn.empty()) {
      // A write that was cut short is the last one: a whole line after it means damage.
      if (has_newline && is_whole(text)) throw damaged(number - 1, end.torn);
      continue;
    }
    if (!has_newline) {
      end.torn = "is cut short";
      continue;
    }
    JournalLine line{.number = number, .hash = content_hash(text)};
    try {
      line.value = unseal(text);
    } catch (const Error& problem) {
      end.torn = problem.what();
      continue;
    }
    try {
      line.value.erase("checksum");
      check_version(line.value);
      if (!batch.add(std::move(line))) continue;
    } catch (const Error& problem) {
      throw damaged(number, problem.what());
    }
    for (JournalLine& one : batch.take()) on_line(std::move(one));
    end.bytes = position;
  }
  if (stream.bad()) throw Error(fmt::format("cannot read the journal '{}'", file.string()));
  if (!end.torn.empty()) {
    end.torn = fmt::format("line {} {}", number, end.torn);
  } else if (batch.is_open()) {
    end.torn = fmt::format("line {} is not the last of those written with it", number);
  }
  return end;
}

}  // namespace ndbench
