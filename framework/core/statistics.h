#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ndbench {

// Differences of two values are taken to be finite: those are below half the largest double.

/// `values` with `origin` subtracted. From a value near them, a common offset costs no digits.
[[nodiscard]] std::vector<double> differences_from(std::span<const double> values, double origin);

/// Neither NaN nor an infinity among them.
[[nodiscard]] bool all_finite(std::span<const double> values);

/// Arithmetic mean; NaN for no values or any NaN. Exactly the common value if all are equal.
/// Infinite if a value is, and NaN for infinities of both signs.
[[nodiscard]] double mean(std::span<const double> values);

/// Middle value, or the mean of the two middle ones; NaN for no values or any NaN.
[[nodiscard]] double median(std::span<const double> values);

/// Sample variance, denominator n − 1, in two passes: exactly 0 for equal values; NaN for
/// fewer than two, or where a value is not finite.
[[nodiscard]] double sample_variance(std::span<const double> values);

/// Its root.
[[nodiscard]] double sample_standard_deviation(std::span<const double> values);

/// Largest minus smallest value: exactly 0 for equal ones, NaN for no values or any NaN.
[[nodiscard]] double range(std::span<const double> values);

}  // namespace ndbench
