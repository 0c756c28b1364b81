#include "core/exit_code.h"

#include <fmt/format.h>

namespace ndbench {

std::string describe(ExitCode code) {
  switch (code) {
    case ExitCode::kOk:
      return "everything asked for was measured and written";
    case ExitCode::kUsage:
      return "wrong usage";
    case ExitCode::kBadSuite:
      return "bad suite";
    case ExitCode::kNothingSelected:
      return "nothing selected";
    case ExitCode::kRegression:
      return "a regression";
    case ExitCode::kDeterminismBreach:
      return "determinism breach";
    case ExitCode::kBenchmarkFailed:
      return "a benchmark failed, crashed or timed out";
    case ExitCode::kResultsNotWritten:
      return "results could not be written";
    case ExitCode::kHostUnfit:
      return "host unfit";
    case ExitCode::kPluginRejected:
      return "plugin rejected";
    case ExitCode::kInterrupted:
      return "interrupted (SIGINT)";
    case ExitCode::kTerminated:
      return "terminated (SIGTERM)";
  }
  return "unknown exit code";
}

void ExitCodes::add(ExitCode code) {
  if (code != ExitCode::kOk) codes_.insert(code);
}

ExitCode ExitCodes::worst() const { return codes_.empty() ? ExitCode::kOk : *codes_.rbegin(); }

std::string ExitCodes::text() const {
  std::string text;
  for (auto code = codes_.rbegin(); code != codes_.rend(); ++code) {
    text += fmt::format("{}{}: {}", text.empty() ? "exit " : "; also ", static_cast<int>(*code),
                        describe(*code));
  }
  return text;
}

}  // namespace ndbench
