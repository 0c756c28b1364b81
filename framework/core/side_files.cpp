#include "core/side_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/content_hash.h"
#include "core/gzip.h"
#include "core/json_text.h"
#include "core/npy_file.h"
#include "core/trace_json.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kFolders[] = {"arrays", "traces"};

/// No side file holds more: an answer of a worker does not.
constexpr std::size_t kLimit = std::size_t{1} << 30;

/// "arrays/m.cpu.fixed.epoch.0.logits.npy.gz". A name may hold dots itself: where two cells come to
/// the same one the second gets a number.
fs::path free_name(const Journal& journal, const Record& record, const char* folder,
                   const char* end) {
  std::string name = record.cell.name();
  std::replace(name.begin(), name.end(), '/', '.');
  fs::path file = fmt::format("{}/{}.{}.{}", folder, name, record.replica, end);
  for (int number = 2; fs::exists(journal.folder() / file); ++number) {
    file = fmt::format("{}/{}.{}-{}.{}", folder, name, record.replica, number, end);
  }
  return file;
}

json put(const Journal& journal, const fs::path& file, const std::string& bytes) {
  journal.put(file, gzip(bytes));
  return {{"file", file.string()}, {"hash", content_hash(bytes)}};
}

template <typename Value>
json put_matrix(const Journal& journal, const Record& record, const char* kind,
                const std::vector<Value>& values, std::size_t rows) {
  const fs::path file =
      free_name(journal, record, "arrays", fmt::format("{}.npy.gz", kind).c_str());
  json named = put(journal, file, npy_bytes(values, rows));
  named["shape"] = {rows, values.size() / rows};
  return named;
}

std::string content(const fs::path& folder, const json& named) {
  const fs::path file = folder / named.at("file").get<std::string>();
  const auto refuse = [&](const std::string& why) {
    throw Error(fmt::format("'{}' {}; bring it back to go on with this run", file.string(), why));
  };
  std::ifstream stream(file, std::ios::binary);
  if (!stream || !fs::is_regular_file(file)) refuse("cannot be read");
  const std::string packed(std::istreambuf_iterator<char>(stream), {});
  std::string bytes;
  try {
    bytes = gunzip(packed, kLimit);
  } catch (const Error& error) {
    refuse(fmt::format("is damaged: {}", error.what()));
  }
  if (content_hash(bytes) != named.at("hash")) refuse("does not hold what was written");
  return bytes;
}

void load_predictions(const NpyMatrix<std::int32_t>& matrix, Record& record) {
  if (matrix.rows != record.epochs.size()) throw Error("predictions of another number of epochs");
  const auto size = static_cast<std::ptrdiff_t>(matrix.values.size() / matrix.rows);
  auto next = matrix.values.begin();
  for (EpochSample& epoch : record.epochs) {
    epoch.evaluation.predictions.assign(next, next + size);
    next += size;
  }
}

}  // namespace

json store_side_files(const Journal& journal, const Record& record) {
  json files = json::object();
  if (!record.epochs.empty()) {
    std::vector<std::int32_t> predictions;
    for (const EpochSample& epoch : record.epochs) {
      const std::vector<std::int32_t>& more = epoch.evaluation.predictions;
      predictions.insert(predictions.end(), more.begin(), more.end());
    }
    const Evaluation& last = record.epochs.back().evaluation;
    if (!predictions.empty()) {
      files["predictions"] =
          put_matrix(journal, record, "predictions", predictions, record.epochs.size());
    }
    if (!last.targets.empty()) {
      files["targets"] = put_matrix(journal, record, "targets", last.targets, 1);
    }
    if (!last.logits.empty()) {
      files["logits"] = put_matrix(journal, record, "logits", last.logits,
                                   static_cast<std::size_t>(last.examples));
    }
  }
  if (!record.trace.empty() || !record.state.tensor_hashes.empty()) {
    const json trace{{"trace", to_json(record.trace)},
                     {"tensor_hashes", record.state.tensor_hashes}};
    files["trace"] =
        put(journal, free_name(journal, record, "traces", "json.gz"), json_text(trace) + "\n");
  }
  return files;
}

void load_side_files(const fs::path& folder, const json& files, Record& record) {
  try {
    for (const auto& [kind, named] : files.items()) {
      const std::string bytes = content(folder, named);
      if (kind == "trace") {
        const json trace = json::parse(bytes);
        record.trace = trace_from_json(trace.at("trace"));
        record.state.tensor_hashes = trace.at("tensor_hashes");
      } else if (kind == "predictions") {
        load_predictions(parse_npy<std::int32_t>(bytes), record);
      } else if (record.epochs.empty()) {
        throw Error("arrays of a replica without epochs");
      } else if (kind == "targets") {
        record.epochs.back().evaluation.targets = parse_npy<std::int32_t>(bytes).values;
      } else if (kind == "logits") {
        record.epochs.back().evaluation.logits = parse_npy<float>(bytes).values;
      }
    }
  } catch (const json::exception& error) {
    throw Error(fmt::format("the side files of {} replica {} are not as they should be: {}",
                            record.cell.name(), record.replica, error.what()));
  }
}

void remove_other_side_files(const fs::path& folder, const std::set<std::string>& named) {
  for (const char* kind : kFolders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / kind, error)) {
      const fs::path file = fs::path(kind) / entry.path().filename();
      std::error_code ignored;  // what stays is only not named
      if (!named.contains(file.string())) fs::remove(entry.path(), ignored);
    }
  }
}

}  // namespace ndbench
