#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "core/command_line.h"
#include "core/durable_file.h"
#include "core/host_lock.h"
#include "core/run.h"
#include "core/standard_error.h"
#include "core/standard_output.h"

namespace {

constexpr std::string_view kMinTime = "BENCHMARK_MIN_TIME=";

/// Renames BENCHMARK_MIN_TIME for as long as libraries initialize: Google Benchmark 1.7.1 reads it
/// then, and complains of a value like "5x", which ndbench understands.
void hide_min_time(int, char**, char** environment) {
  for (; *environment != nullptr; ++environment) {
    if (std::string_view(*environment).starts_with(kMinTime)) **environment = 'b';
  }
}

[[gnu::section(".preinit_array"), gnu::used]] constexpr auto kHideMinTime = &hide_min_time;

void show_min_time() {
  const std::string hidden = "b" + std::string(kMinTime.substr(1));
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::string_view(*entry).starts_with(hidden)) **entry = 'B';
  }
}

int fail(ndbench::ExitCode code, const std::exception& error) {
  ndbench::write_message("ndbench_suite", error.what());
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  using ndbench::ExitCode;
  show_min_time();
  ndbench::fill_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);  // a closed stdout is an error to report, not a silent end
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  try {
    const ndbench::CommandLine line = ndbench::parse_command_line(arguments);
    if (line.answer) {
      const bool told = std::fputs(line.answer->c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
      return static_cast<int>(told ? ExitCode::kOk : ExitCode::kResultsNotWritten);
    }
    return static_cast<int>(ndbench::run(line, arguments));
  } catch (const ndbench::UsageError& error) {
    return fail(ExitCode::kUsage, error);
  } catch (const ndbench::ResultsError& error) {
    return fail(ExitCode::kResultsNotWritten, error);
  } catch (const ndbench::HostBusy& error) {
    return fail(ExitCode::kHostUnfit, error);
  } catch (const ndbench::Error& error) {
    return fail(ExitCode::kBadSuite, error);
  } catch (const std::exception& error) {
    return fail(ExitCode::kHostUnfit, error);
  }
}
