#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/mode.h"
#include "core/spread.h"
#include "core/two_samples.h"

namespace ndbench {

/// The results of one mode, or of one backend in a mode, with what may be concluded from them.
struct Results {
  std::string name;           ///< of the mode or backend
  Mode mode{};                ///< in which they were had
  std::vector<int> replicas;  ///< their numbers
  std::vector<double> values;
  /// All replicas ended in the same bits: they are one draw, however many there are.
  bool is_one_draw = false;
  std::vector<double> epochs{};  ///< to the suite's target; NaN where it was not reached
};

enum class Judgement { kRefused, kWithinNoise, kDiffers };

/// A test at 5 % and what it says; refused with the reason where the data do not carry it.
struct Judged {
  TestResult test{};
  Judgement judgement = Judgement::kRefused;
  std::string refusal{};  ///< why: "3 replicas of noisy: too few, it takes 10"
};

/// Two sets of results, `a` against `b`.
struct Comparison {
  std::string a;
  std::string b;
  std::string mode{};         ///< in which both were had; "" if they are of two modes
  bool is_same = false;       ///< each replica has the same result in both
  double difference = 0.0;    ///< mean of a − mean of b
  Judged means{};             ///< whether they differ: Welch's t-test
  double detectable = 0.0;    ///< smallest difference found in four of five runs like these
  Superiority superiority{};  ///< P(A > B); what is judged is Brunner–Munzel's test of 1/2
  Judged order{};
  double deviation_ratio = 0.0;  ///< of a over b; NaN where b's is 0
  Judged deviations{};           ///< whether they differ: Brown–Forsythe
  std::optional<double>
      more_epochs{};     ///< mean epochs to the target, a − b; NaN if none reached it
  Judged convergence{};  ///< whether a takes more: Welch's t-test, one-sided
};

/// Means and order are judged where both vary the same seeds: otherwise one of them stands for the
/// draw it was given, and differs from the mean of many by that alone.
[[nodiscard]] Comparison compare(const Results& a, const Results& b);

/// How many of its verdicts were given, each wrong in one of twenty cases where nothing differs;
/// none where the results are the same anyhow.
[[nodiscard]] std::size_t verdicts_of(const Comparison& comparison);

}  // namespace ndbench
