#include "core/stored_logits.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/content_hash.h"
#include "core/npy_file.h"

namespace ndbench {
namespace {

/// A name may hold dots itself: two cells can come to the same one, and the second gets a number.
std::filesystem::path free_name(const Journal& journal, const Record& record) {
  std::string name = record.cell.name();
  std::replace(name.begin(), name.end(), '/', '.');
  std::filesystem::path file = fmt::format("logits/{}.{}.npy", name, record.replica);
  for (int number = 2; std::filesystem::exists(journal.folder() / file); ++number) {
    file = fmt::format("logits/{}.{}-{}.npy", name, record.replica, number);
  }
  return file;
}

}  // namespace

nlohmann::json store_logits(const Journal& journal, const Record& record) {
  const Evaluation* evaluation = record.evaluation();
  if (evaluation == nullptr || evaluation->logits.empty()) return nullptr;
  const auto rows = static_cast<std::size_t>(evaluation->examples);
  const std::string bytes = npy_bytes(evaluation->logits, rows);
  const std::filesystem::path file = free_name(journal, record);
  journal.put(file, bytes);
  return {{"file", file.string()},
          {"hash", content_hash(bytes)},
          {"shape", {rows, evaluation->logits.size() / rows}}};
}

}  // namespace ndbench
