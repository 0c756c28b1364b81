#include "core/journal_reader.h"

#include <fmt/format.h>

#include <utility>

#include "core/content_hash.h"
#include "core/journal_line.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

void check_version(const nlohmann::json& value) {
  if (value.value("type", "") != "run") return;
  const auto version = value.find("version");
  if (version == value.end() || !version->is_number_integer()) throw Error("has no 'version'");
  if (version->get<std::int64_t>() <= kJournalVersion) return;
  throw Error(fmt::format("has version {}, this program reads up to {}; use a newer ndbench",
                          version->get<std::int64_t>(), kJournalVersion));
}

}  // namespace

JournalEnd read_journal(const std::filesystem::path& file,
                        const std::function<void(JournalLine line)>& on_line) {
  return read_journal_text(file, [&](const JournalText& text) {
    JournalLine line{.number = text.number, .hash = content_hash(text.text)};
    try {
      line.value = unseal(text.text);
      check_version(line.value);
    } catch (const Error& problem) {
      throw damaged_line(file, text.number, problem.what());
    }
    line.value.erase("checksum");
    line.value.erase("batch");
    on_line(std::move(line));
  });
}

}  // namespace ndbench
