#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "core/compared_run.h"
#include "core/intervals.h"

namespace ndbench {

/// What of a benchmark is judged; of one that is not comparable at all, the whole.
enum class Quantity { kCost, kBits, kResult, kSpread, kBenchmark };

/// Worst first. Of bits, kWorse is that they are others; of a spread, that it is larger.
enum class Verdict { kWorse, kBetter, kAmbiguous, kNotComparable, kSame };

/// "SLOWER", "OTHER BITS", "SPREADS LESS", "NOT COMPARABLE", …
[[nodiscard]] const char* to_string(Quantity quantity, Verdict verdict);

/// How one quantity of a benchmark differs between two runs. Numbers that it does not have are NaN.
struct Change {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::string benchmark;
  Quantity quantity{};
  Verdict verdict{};
  double a = kNone;  ///< geometric mean of seconds; mean result; standard deviation of results
  double b = kNone;
  double change = kNone;            ///< b / a; of results b − a
  Interval interval{kNone, kNone};  ///< of `change`
  std::size_t replicas_a = 0;
  std::size_t replicas_b = 0;
  double p = kNone;        ///< that nothing differs, adjusted over all tests of this quantity
  double p_apart = kNone;  ///< that they are the margin apart or more, adjusted likewise
  std::string metric{};    ///< of results and their spread
  std::string words{};     ///< why, or what it would take; "" where nothing is to be said
  std::string unlike{};    ///< how the targets differ, where they are compared nevertheless

  [[nodiscard]] double size() const;  ///< of the change, whatever its direction
};

struct CompareRules {
  double threshold = 0.02;  ///< share by which times and results may differ and be the same
  bool unlike = false;      ///< targets that differ are compared
};

/// How far standard deviations may be apart and be the same.
inline constexpr double kSpreadMargin = 2.0;

/// How B differs from A. See framework/docs/compare.md.
struct RunComparison {
  ComparedRun a;
  ComparedRun b;
  CompareRules rules{};
  std::vector<Change> changes{};      ///< worst first
  std::vector<std::string> only_a{};  ///< benchmarks that the other side has not
  std::vector<std::string> only_b{};

  /// What must be known to read it, a sentence each.
  [[nodiscard]] std::vector<std::string> notes() const;
};

[[nodiscard]] RunComparison compare_runs(ComparedRun a, ComparedRun b, const CompareRules& rules);

}  // namespace ndbench
