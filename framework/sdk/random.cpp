#include "ndbench/random.h"

#include <ATen/core/PhiloxRNGEngine.h>
#include <xxhash.h>

#include <array>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace ndbench {
namespace {

/// Natural logarithm of a normal x > 0, relative error about 3e-16. libm picks its log by CPU, with
/// other bits for each; this is IEEE + - * / alone.
double portable_log(double x) {
  // x = m 2^e with m in [1/sqrt 2, sqrt 2): log m = 2 atanh(s), |s| <= 0.1716.
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  constexpr double kSqrtHalf = 0.70710678118654752440;
  if (mantissa < kSqrtHalf) {
    mantissa *= 2.0;
    --exponent;
  }
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  const double s2 = s * s;
  // sum of s^(2k) / (2k+1); the first term left out, k = 11, is below 1e-18.
  double series = 0.0;
  for (int k = 10; k >= 1; --k) {
    series = (series + 1.0 / (2 * k + 1)) * s2;
  }
  // log 2 in two parts: e times the first, which has 21 trailing zero bits, is exact.
  constexpr double kLog2High = 6.93147180369123816490e-01;
  constexpr double kLog2Low = 1.90821492927058770002e-10;
  return exponent * kLog2High + (2.0 * s + (2.0 * s * series + exponent * kLog2Low));
}

/// c[0] + c[1] x + … + c[7] x^7.
double polynomial(const std::array<double, 8>& c, double x) {
  double value = c[7];
  for (std::size_t i = 7; i-- > 0;) {
    value = value * x + c[i];
  }
  return value;
}

/// Quantile of the standard normal distribution at p in (0, 1): PPND16 of M. J. Wichura,
/// "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37
/// (1988) 477-484.
double normal_quantile(double p) {
  static constexpr std::array kCentreNumerator{3.3871328727963666080e0,  1.3314166789178437745e+2,
                                               1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                               4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                               3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr std::array kCentreDenominator{1.0,
                                                 4.2313330701600911252e+1,
                                                 6.8718700749205790830e+2,
                                                 5.3941960214247511077e+3,
                                                 2.1213794301586595867e+4,
                                                 3.9307895800092710610e+4,
                                                 2.8729085735721942674e+4,
                                                 5.2264952788528545610e+3};
  static constexpr std::array kTailNumerator{1.42343711074968357734e0,  4.63033784615654529590e0,
                                             5.76949722146069140550e0,  3.64784832476320460504e0,
                                             1.27045825245236838258e0,  2.41780725177450611770e-1,
                                             2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr std::array kTailDenominator{1.0,
                                               2.05319162663775882187e0,
                                               1.67638483018380384940e0,
                                               6.89767334985100004550e-1,
                                               1.48103976427480074590e-1,
                                               1.51986665636164571966e-2,
                                               5.47593808499534494600e-4,
                                               1.05075007164441684324e-9};
  static constexpr std::array kFarTailNumerator{
      6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr std::array kFarTailDenominator{1.0,
                                                  5.99832206555887937690e-1,
                                                  1.36929880922735805310e-1,
                                                  1.48753612908506148525e-2,
                                                  7.86869131145613259100e-4,
                                                  1.84631831751005468180e-5,
                                                  1.42151175831644588870e-7,
                                                  2.04426310338993978564e-15};

  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kCentreNumerator, r) / polynomial(kCentreDenominator, r);
  }
  const double r = std::sqrt(-portable_log(q < 0.0 ? p : 1.0 - p));
  const double magnitude =
      r <= 5.0 ? polynomial(kTailNumerator, r - 1.6) / polynomial(kTailDenominator, r - 1.6)
               : polynomial(kFarTailNumerator, r - 5.0) / polynomial(kFarTailDenominator, r - 5.0);
  return q < 0.0 ? -magnitude : magnitude;
}

}  // namespace

struct RandomStream::Engine {
  at::Philox4_32 philox;
};

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream)
    : engine_(new Engine{at::Philox4_32(seed, stream)}) {}

RandomStream::RandomStream(std::uint64_t seed, std::string_view stream)
    : RandomStream(seed, std::uint64_t{XXH3_64bits(stream.data(), stream.size())}) {}

RandomStream::~RandomStream() = default;
RandomStream::RandomStream(RandomStream&&) noexcept = default;
RandomStream& RandomStream::operator=(RandomStream&&) noexcept = default;

std::uint32_t RandomStream::bits() { return engine_->philox(); }

double RandomStream::uniform() {
  const std::uint64_t high = bits();
  const std::uint64_t low = bits();
  const std::uint64_t k = (high << 20) | (low >> 12);
  return (static_cast<double>(k) + 0.5) * 0x1p-52;
}

double RandomStream::normal() { return normal_quantile(uniform()); }

std::uint64_t RandomStream::below(std::uint64_t bound) {
  assert(bound > 0);
  // The last, incomplete run of `bound` among the 2^64 words would favour small values.
  const std::uint64_t incomplete = (~std::uint64_t{0} % bound + 1) % bound;
  for (;;) {
    const std::uint64_t high = bits();
    const std::uint64_t word = (high << 32) | bits();
    if (word <= ~std::uint64_t{0} - incomplete) {
      return word % bound;
    }
  }
}

std::vector<std::int64_t> RandomStream::permutation(std::int64_t size) {
  assert(size >= 0);
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[below(i)]);
  }
  return order;
}

}  // namespace ndbench
