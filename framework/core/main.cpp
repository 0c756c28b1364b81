#include <fmt/format.h>

#include <csignal>
#include <string>
#include <vector>

#include "core/command_line.h"
#include "core/journal.h"
#include "core/run.h"

namespace {

int fail(ndbench::ExitCode code, const std::exception& error) {
  fmt::print(stderr, "ndbench_suite: {}\n", error.what());
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  using ndbench::ExitCode;
  std::signal(SIGPIPE, SIG_IGN);  // a closed stdout is an error to report, not a silent end
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  try {
    const ndbench::CommandLine line = ndbench::parse_command_line(arguments);
    if (line.answer) {
      fmt::print("{}", *line.answer);
      return 0;
    }
    return static_cast<int>(ndbench::run(line, arguments));
  } catch (const ndbench::UsageError& error) {
    return fail(ExitCode::kUsage, error);
  } catch (const ndbench::ResultsError& error) {
    return fail(ExitCode::kResultsNotWritten, error);
  } catch (const ndbench::Error& error) {
    return fail(ExitCode::kBadSuite, error);
  } catch (const std::exception& error) {
    return fail(ExitCode::kHostUnfit, error);
  }
}
