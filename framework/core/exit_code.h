#pragma once

#include <set>
#include <string>

namespace ndbench {

/// How a run ended. A larger code is worse; the worst that occurred is the exit status.
enum class ExitCode : int {
  kOk = 0,
  kUsage = 2,
  kBadSuite = 3,
  kNothingSelected = 4,
  kRegression = 10,
  kDeterminismBreach = 11,
  kBenchmarkFailed = 12,
  kResultsNotWritten = 13,
  kHostUnfit = 14,
  kPluginRejected = 15,
  kInterrupted = 130,
  kTerminated = 143,
};

/// "determinism breach", …
[[nodiscard]] std::string describe(ExitCode code);

/// All the ways in which a run went wrong.
class ExitCodes {
 public:
  void add(ExitCode code);
  void add(const ExitCodes& codes) { codes_.insert(codes.codes_.begin(), codes.codes_.end()); }
  [[nodiscard]] ExitCode worst() const;
  [[nodiscard]] const std::set<ExitCode>& all() const { return codes_; }

  /// "exit 12: a benchmark failed; also 11: determinism breach"; empty for kOk alone.
  [[nodiscard]] std::string text() const;

 private:
  std::set<ExitCode> codes_;
};

}  // namespace ndbench
