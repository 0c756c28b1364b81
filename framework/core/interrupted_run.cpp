#include "core/interrupted_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/fragment.h"
#include "core/printable.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// Flags that change nothing of what is measured.
constexpr std::array<std::string_view, 12> kOfTheShow{"--resume",
                                                      "--results",
                                                      "--host_lock",
                                                      "--timeout",
                                                      "--v",
                                                      "--benchmark_format",
                                                      "--benchmark_out",
                                                      "--benchmark_out_format",
                                                      "--benchmark_color",
                                                      "--benchmark_time_unit",
                                                      "--benchmark_counters_tabular",
                                                      "--benchmark_display_aggregates_only"};

bool is_of_the_show(const std::string& argument) {
  const std::string_view flag = std::string_view(argument).substr(0, argument.find('='));
  return std::find(kOfTheShow.begin(), kOfTheShow.end(), flag) != kOfTheShow.end();
}

/// The flags of `arguments` that say what is measured, each with its value.
std::vector<std::string> flags_of(const std::vector<std::string>& arguments) {
  std::vector<std::string> flags;
  bool takes_value = false;
  for (const std::string& argument : arguments) {
    if (argument.starts_with("--")) {
      flags.push_back(argument);
      takes_value = argument.find('=') == std::string::npos;
    } else if (takes_value) {  // "--suite smoke" is "--suite=smoke"
      flags.back() += "=" + argument;
      takes_value = false;
    } else {
      flags.push_back(argument);
    }
  }
  std::erase_if(flags, is_of_the_show);
  return flags;
}

/// Run folders below `results`, the newest first: their names begin with the time.
std::vector<fs::path> run_folders(const fs::path& results) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(results, error)) {
    if (fs::exists(Fragment{entry.path()}.journal())) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end(), std::greater<>());
  return folders;
}

}  // namespace

RecordedRun find_interrupted_run(const fs::path& results, const std::string& name) {
  if (!name.empty()) {
    const bool is_path = name.find('/') != std::string::npos;
    const fs::path folder = is_path ? fs::path(name) : results / name;
    if (!fs::exists(Fragment{folder}.journal())) {
      throw UsageError(fmt::format("--resume={}: there is no journal in '{}'", printable(name),
                                   printable(folder.string())));
    }
    RecordedRun run = read_run(folder);
    if (!run.is_complete) return run;
    throw UsageError(fmt::format("--resume={}: that run is complete", printable(name)));
  }
  for (const fs::path& folder : run_folders(results)) {
    RecordedRun run{.folder = folder};
    try {
      run = read_run(folder);
    } catch (const Error&) {
      continue;  // its name would say why
    }
    if (!run.is_complete) return run;
  }
  throw UsageError(
      fmt::format("--resume: no run in '{}' was interrupted", printable(results.string())));
}

CommandLine command_line_of(const RecordedRun& run, const CommandLine& typed,
                            const std::vector<std::string>& arguments) {
  CommandLine line;
  read_journal_of(run, [&] {
    const auto recorded = run.header.at("arguments").get<std::vector<std::string>>();
    const std::vector<std::string> then = flags_of(recorded);
    for (const std::string& flag : flags_of(arguments)) {
      if (std::find(then.begin(), then.end(), flag) != then.end()) continue;
      throw UsageError(fmt::format("--resume goes on with the flags of '{}'; leave out {}",
                                   run.folder.string(), printable(flag)));
    }
    line = parse_command_line(recorded);
    line.resume = typed.resume;
    line.results = run.folder.parent_path();
    line.host_sharing = typed.host_sharing;
    line.timeout_seconds = typed.timeout_seconds;
    line.format = typed.format;
    line.out = typed.out;
    line.out_format = typed.out_format;
    line.style = typed.style;
    line.colour = typed.colour;
    line.display_aggregates_only = typed.display_aggregates_only;
    line.verbosity = typed.verbosity;
    const fs::path started_in = run.header.at("folder").get<std::string>();
    std::error_code error;
    fs::current_path(started_in, error);
    if (error) {
      throw Error(fmt::format("cannot go to '{}', where the run was started: {}",
                              started_in.string(), error.message()));
    }
  });
  return line;
}

}  // namespace ndbench
