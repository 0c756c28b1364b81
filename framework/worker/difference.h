#pragma once

#include <cstdint>

#include "core/trace_point.h"

namespace ndbench {

/// Adds up a Difference, piece by piece, in double precision and always in the same order.
class DifferenceSum {
 public:
  /// `count` further numbers of the reference and of the replica.
  void add(const float* reference, const float* replica, std::int64_t count);
  void add(const double* reference, const double* replica, std::int64_t count);

  [[nodiscard]] Difference difference() const;

 private:
  template <typename Number>
  void add_numbers(const Number* reference, const Number* replica, std::int64_t count);

  std::int64_t elements_ = 0;
  std::int64_t differing_ = 0;
  std::int64_t unbounded_ = 0;
  double relative_ = 0.0;           ///< Σ |a − b| / |a|
  double squares_ = 0.0;            ///< Σ (a − b)²
  double reference_squares_ = 0.0;  ///< Σ a²
  double replica_squares_ = 0.0;
};

}  // namespace ndbench
