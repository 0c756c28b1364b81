#include "core/run_lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "core/durable_file.h"
#include "core/fragment.h"
#include "core/google_benchmark_json.h"
#include "core/printable.h"
#include "core/recorded_run.h"
#include "core/spelling.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kTarget = "target:";
constexpr std::size_t kFewestDigits = 4;  ///< of a commit or a target

/// A run below the folder of results, by the first line of its journal.
struct KnownRun {
  fs::path folder;
  std::string id;
  std::string started;
  std::string commit;
};

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Newest first. Damaged ones are found by their folder alone. A folder that is not there has none.
std::vector<KnownRun> runs_in(const fs::path& results) {
  std::vector<KnownRun> runs;
  std::error_code error;
  if (fs::status(results, error).type() == fs::file_type::not_found) return runs;
  for (const Fragment& fragment : fragments_in(results)) {
    const json header = header_of(fragment);
    if (!header.is_object()) continue;
    const json provenance = header.value("provenance", json::object());
    runs.push_back({fragment.folder, text_at(header, "run"), text_at(header, "started"),
                    provenance.is_object() ? text_at(provenance, "commit") : ""});
  }
  std::sort(runs.begin(), runs.end(), [](const KnownRun& a, const KnownRun& b) {
    return std::tie(a.started, a.folder) > std::tie(b.started, b.folder);
  });
  return runs;
}

bool are_digits(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char digit) {
    return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
  });
}

UsageError several(const std::string& digits, const std::set<std::string>& fitting) {
  const std::vector<std::string> words(fitting.begin(), fitting.end());
  return UsageError(
      fmt::format("'{}' begins {}; give more digits", printable(digits), quoted(words)));
}

/// The newest complete run that was built from a commit; "" if `digits` begin no commit.
/// @throws UsageError if they begin several, or no run of it is complete.
fs::path newest_of_commit(const std::vector<KnownRun>& runs, const std::string& digits) {
  if (digits.size() < kFewestDigits) return {};
  std::set<std::string> commits;
  for (const KnownRun& run : runs) {
    if (run.commit.starts_with(digits)) commits.insert(run.commit);
  }
  if (commits.empty()) return {};
  if (commits.size() > 1 && commits.count(digits) == 0) throw several(digits, commits);
  const std::string& commit = *commits.begin();  // `digits` alone come before what they begin
  for (const KnownRun& run : runs) {
    if (run.commit == commit && read_run(run.folder).is_complete) return run.folder;
  }
  throw UsageError(fmt::format("no run of commit '{}' came to its end", printable(commit)));
}

/// The newest complete run with a row of the target that `digits` begin.
fs::path newest_on_target(const fs::path& results, const std::string& digits) {
  if (digits.size() < kFewestDigits || !are_digits(digits)) {
    throw UsageError(
        fmt::format("'{}{}': a target is named by its first {} hexadecimal digits or "
                    "more",
                    kTarget, printable(digits), kFewestDigits));
  }
  std::set<std::string> targets;
  fs::path newest;
  for (const KnownRun& known : runs_in(results)) {
    const RecordedRun run = read_run(known.folder);
    if (!run.is_complete) continue;
    for (const json& record : run.records) {
      const std::string target = text_at(record, "target");
      if (!target.starts_with(digits)) continue;
      targets.insert(target);
      if (newest.empty()) newest = known.folder;
    }
  }
  if (targets.size() > 1) throw several(digits, targets);
  if (!newest.empty()) return newest;
  throw UsageError(fmt::format("no complete run in '{}' is on the target '{}'",
                               printable(results.string()), digits));
}

fs::path folder_of(const fs::path& results, const std::string& name) {
  if (name.starts_with(kTarget)) {
    return newest_on_target(results, name.substr(kTarget.size()));
  }
  if (name.find('/') != std::string::npos || is_fragment(results / name)) {
    return find_run_folder(results, name);
  }
  const std::vector<KnownRun> runs = runs_in(results);
  const bool begins_an_id = std::any_of(
      runs.begin(), runs.end(), [&](const KnownRun& run) { return run.id.starts_with(name); });
  const fs::path of_commit = newest_of_commit(runs, name);
  if (begins_an_id && !of_commit.empty()) {
    throw UsageError(fmt::format("'{}' begins both the id of a run and a commit; give more digits",
                                 printable(name)));
  }
  if (begins_an_id) return find_run_folder(results, name);
  if (!of_commit.empty()) return of_commit;
  throw UsageError(
      fmt::format("'{}' is no file, and no run in '{}' has such a folder, id or commit",
                  printable(name), printable(results.string())));
}

}  // namespace

ComparedRun find_compared_run(const fs::path& results, const std::string& name) {
  if (name.empty()) throw UsageError("'' names no run");
  try {
    if (fs::is_regular_file(name)) return read_google_benchmark(name);
    return compared_run(load_run(folder_of(results, name)));
  } catch (const UsageError&) {
    throw;
  } catch (const ResultsError&) {
    throw;
  } catch (const Error& error) {
    throw ResultsError(error.what());
  } catch (const json::exception& error) {
    throw ResultsError(fmt::format("'{}': {}", printable(name), error.what()));
  }
}

}  // namespace ndbench
