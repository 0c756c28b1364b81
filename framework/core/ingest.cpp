#include "core/ingest.h"

#include <fmt/format.h>

#include <cstdio>
#include <set>
#include <string>

#include "core/fragment.h"
#include "core/fragment_copy.h"
#include "core/fragment_index.h"
#include "core/printable.h"
#include "core/standard_output.h"
#include "core/store.h"
#include "core/store_repair.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

void say(const std::string& text) {
  std::fputs(fmt::format("ndbench: {}\n", printable(text, std::string::npos)).c_str(), stderr);
}

/// What one pass over the fragments did.
struct Tally {
  std::size_t fragments = 0;  ///< that the database has now
  std::size_t rows = 0;       ///< new ones
  std::size_t copied = 0;
  std::set<std::string> left_out{};  ///< why, fragment by fragment
};

void leave_out(const Error& damage, Tally& tally) {
  if (tally.left_out.insert(damage.what()).second) {
    say(fmt::format("{}; left out", damage.what()));
  }
}

/// The fragments that a source is or holds.
std::vector<Fragment> fragments_of(const fs::path& source) {
  const fs::path folder = source.has_filename() ? source : source.parent_path();
  if (is_fragment(folder)) return {fragment_at(folder)};
  std::vector<Fragment> fragments = fragments_in(folder);
  if (!fragments.empty()) return fragments;
  throw ResultsError(
      fmt::format("'{}' is no run's folder and holds none: there is no journal.jsonl in it or in "
                  "a folder of it",
                  source.string()));
}

void index_all(const fs::path& results, FragmentIndex& index, Tally& tally) {
  index.forget_missing(results);
  for (const Fragment& fragment : fragments_in(results)) {
    try {
      if (!index.has(fragment)) tally.rows += index.add(fragment);
      ++tally.fragments;
    } catch (const FragmentDamage& damage) {
      leave_out(damage, tally);
    }
  }
}

void take_in(const Fragment& source, const fs::path& results, FragmentIndex& index, Tally& tally) {
  try {
    const std::string run = run_of(source);
    const CopiedFragment copy =
        copy_fragment(source, results, run.empty() ? "" : index.fragment_of(run));
    if (!copy.is_copied) return;
    ++tally.copied;
    ++tally.fragments;
    tally.rows += index.add(copy.fragment);
  } catch (const FragmentDamage& damage) {
    leave_out(damage, tally);
  }
}

Tally bring_up_to_date(const IngestOptions& options) {
  Tally tally;
  Store store(options.results);
  store.check();
  FragmentIndex index(store);
  index_all(options.results, index, tally);
  for (const fs::path& source : options.sources) {
    for (const Fragment& fragment : fragments_of(source)) {
      take_in(fragment, options.results, index, tally);
    }
  }
  return tally;
}

Tally repair_and_bring_up_to_date(const IngestOptions& options) {
  try {
    return bring_up_to_date(options);
  } catch (const StoreDamage& damage) {
    const fs::path aside = set_damaged_store_aside(options.results);
    if (!aside.empty()) {
      say(fmt::format("{}; set aside as '{}', and built again from the journals", damage.what(),
                      aside.string()));
    }
  }
  return bring_up_to_date(options);
}

void check_results_folder(const IngestOptions& options) {
  std::error_code error;
  if (fs::is_directory(options.results, error)) return;
  if (options.sources.empty()) {
    throw ResultsError(fmt::format(
        "'{}' is no folder; --results names the folder of results, 'ndbench_results' by default",
        options.results.string()));
  }
  fs::create_directories(options.results, error);
  if (error) {
    throw ResultsError(fmt::format("cannot create the folder '{}': {}", options.results.string(),
                                   error.message()));
  }
}

}  // namespace

ExitCode ingest(const IngestOptions& options) {
  check_results_folder(options);
  remove_abandoned_copies(options.results);
  const Tally tally = repair_and_bring_up_to_date(options);
  write_stdout(fmt::format("{}: {} fragments, {} copied; {} new rows; {} left out\n",
                           printable((options.results / kStoreFile).string(), std::string::npos),
                           tally.fragments, tally.copied, tally.rows, tally.left_out.size()));
  return tally.left_out.empty() ? ExitCode::kOk : ExitCode::kResultsNotWritten;
}

}  // namespace ndbench
