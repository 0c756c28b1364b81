#include "worker/difference.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ndbench {

template <typename Number>
void DifferenceSum::add_numbers(const Number* reference, const Number* replica,
                                std::int64_t count) {
  elements_ += count;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto a = static_cast<double>(reference[i]);
    const auto b = static_cast<double>(replica[i]);
    const bool is_equal = a == b || (std::isnan(a) && std::isnan(b));
    if (!is_equal) {
      ++differing_;
      const double relative = std::abs(a - b) / std::abs(a);
      std::isfinite(relative) ? void(relative_ += relative) : void(++unbounded_);
    }
    if (std::isfinite(a) && std::isfinite(b)) {
      squares_ += (a - b) * (a - b);
      reference_squares_ += a * a;
      replica_squares_ += b * b;
    }
  }
}

void DifferenceSum::add(const float* reference, const float* replica, std::int64_t count) {
  add_numbers(reference, replica, count);
}

void DifferenceSum::add(const double* reference, const double* replica, std::int64_t count) {
  add_numbers(reference, replica, count);
}

Difference DifferenceSum::difference() const {
  Difference result{.elements = elements_,
                    .differing = differing_,
                    .unbounded = unbounded_,
                    .distance = std::sqrt(squares_)};
  if (elements_ > 0) {
    const auto count = static_cast<double>(elements_);
    result.v_c = static_cast<double>(differing_) / count;
    result.v_ermv = relative_ / count;
  }
  const double norm = std::sqrt(reference_squares_);
  const double other_norm = std::sqrt(replica_squares_);
  // ‖A/‖A‖ − B/‖B‖‖² = (‖A − B‖² − (‖A‖ − ‖B‖)²) / (‖A‖ ‖B‖), in one pass over the numbers.
  const double difference_of_norms = norm - other_norm;
  const double square =
      (squares_ - difference_of_norms * difference_of_norms) / (norm * other_norm);
  result.normalized_distance = norm > 0.0 && other_norm > 0.0
                                   ? std::sqrt(std::max(square, 0.0))
                                   : std::numeric_limits<double>::quiet_NaN();
  return result;
}

}  // namespace ndbench
