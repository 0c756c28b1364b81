// Feeds arbitrary bytes to the readers of journals as a file: as they are, and with each line that
// is an object sealed as a journal seals it, so that what stands behind the checksum is met, too.
// ndbench::Error is the only way out they may take, and both readers count the same lines.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/journal_decoder.h"
#include "core/journal_line.h"
#include "core/journal_reader.h"
#include "fuzz_file.h"
#include "ndbench/error.h"

namespace {

/// The numbers of the lines that count; none where the journal is refused.
template <typename Read>
std::optional<std::vector<std::size_t>> lines_of(const Read& read) {
  std::vector<std::size_t> numbers;
  try {
    read([&](const auto& line) { numbers.push_back(line.number); });
  } catch (const ndbench::Error&) {
    return std::nullopt;
  }
  return numbers;
}

void check(std::string_view bytes) {
  const auto file = fuzz_file("journal.jsonl", bytes);
  const auto parsed =
      lines_of([&](const auto& on_line) { (void)ndbench::read_journal(file, on_line); });
  const auto texts =
      lines_of([&](const auto& on_line) { (void)ndbench::read_journal_text(file, on_line); });
  if (parsed && parsed != texts) std::abort();
  try {
    ndbench::JournalDecoder decoder;
    (void)ndbench::read_journal_text(file, [&](const ndbench::JournalText& line) {
      try {
        (void)decoder.decode(line.text);
      } catch (const ndbench::Error&) {
      }
    });
  } catch (const ndbench::Error&) {
  }
}

std::string sealed(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    nlohmann::json value = nlohmann::json::parse(line, nullptr, false);
    if (value.is_object()) value.erase("checksum");
    const bool is_sealed = value.is_object() && !value.empty();
    text += is_sealed ? ndbench::seal(value) : std::string(line) + "\n";
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  check(sealed(bytes));
  return 0;
}
