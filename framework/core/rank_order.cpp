#include "core/rank_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace ndbench {
namespace {

constexpr unsigned kDigitBits = 12;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr unsigned kLowBits = 32 - 2 * kDigitBits;  // that the two digits leave

std::uint32_t key_of(float value) {
  // Adding zero makes minus zero plus zero, so that they tie.
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0F);
  // Negative values order backwards by their bits.
  const std::uint32_t flip = -(bits >> 31U) | 0x80000000U;
  return bits ^ flip;
}

std::size_t middle_digit(std::uint32_t key) { return (key >> kLowBits) & (kDigits - 1); }
std::size_t high_digit(std::uint32_t key) { return key >> (kLowBits + kDigitBits); }

/// Counts to the place of the first of each digit.
void to_places(std::array<std::uint32_t, kDigits>& counts) {
  std::uint32_t place = 0;
  for (std::uint32_t& count : counts) {
    const std::uint32_t next = place + count;
    count = place;
    place = next;
  }
}

/// Most runs are of few entries: a call of std::sort would cost more than they do.
void sort_run(std::span<RankOrder::Entry> run) {
  constexpr std::size_t kShort = 16;
  if (run.size() > kShort) {
    std::sort(run.begin(), run.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    return;
  }
  for (std::size_t i = 1; i < run.size(); ++i) {
    const RankOrder::Entry entry = run[i];
    std::size_t place = i;
    for (; place > 0 && run[place - 1].key > entry.key; --place) run[place] = run[place - 1];
    run[place] = entry;
  }
}

}  // namespace

/// A radix sort by the upper 24 bits, then each run of equal ones by comparison: those are short
/// unless the values crowd, and then no sort by digits would do better.
void RankOrder::sort(std::span<const float> values) {
  entries_.resize(values.size());
  scratch_.resize(values.size());
  std::array<std::uint32_t, kDigits> middle{};
  std::array<std::uint32_t, kDigits> high{};
  for (const float value : values) {
    const std::uint32_t key = key_of(value);
    ++middle[middle_digit(key)];
    ++high[high_digit(key)];
  }
  to_places(middle);
  to_places(high);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t key = key_of(values[i]);
    scratch_[middle[middle_digit(key)]++] = {key, static_cast<std::uint32_t>(i)};
  }
  for (const Entry& entry : scratch_) entries_[high[high_digit(entry.key)]++] = entry;

  for (std::size_t first = 0; first < entries_.size();) {
    std::size_t end = first + 1;
    while (end < entries_.size() &&
           entries_[end].key >> kLowBits == entries_[first].key >> kLowBits) {
      ++end;
    }
    if (end - first > 1) sort_run(std::span(entries_).subspan(first, end - first));
    first = end;
  }
}

bool RankOrder::add_standardized_ranks(std::span<const float> values, std::span<double> sum) {
  if (std::any_of(values.begin(), values.end(), [](float value) { return std::isnan(value); })) {
    return false;
  }
  sort(values);
  const auto end_of_ties = [&](std::size_t first) {
    std::size_t end = first + 1;
    while (end < entries_.size() && entries_[end].key == entries_[first].key) ++end;
    return end;
  };
  // Σ (rank − mean)² is (n³ − n) / 12 less (t³ − t) / 12 for each group of t ties (Kendall 1945).
  const auto cubic = [](std::size_t n) {
    const double count = static_cast<double>(n);
    return (count * count - 1.0) * count / 12.0;
  };
  double squares = cubic(values.size());
  for (std::size_t first = 0; first < entries_.size();) {
    const std::size_t end = end_of_ties(first);
    if (end - first > 1) squares -= cubic(end - first);
    first = end;
  }
  if (entries_.front().key == entries_.back().key) return false;
  const double scale = 1.0 / std::sqrt(squares);
  const double half_count = 0.5 * static_cast<double>(values.size());
  for (std::size_t first = 0; first < entries_.size();) {
    const std::size_t end = end_of_ties(first);
    // Ranks from 0: first … end − 1, whose mean is half the sum of the two.
    const double rank = 0.5 * static_cast<double>(first + end) - half_count;
    for (std::size_t i = first; i < end; ++i) sum[entries_[i].index] += rank * scale;
    first = end;
  }
  return true;
}

}  // namespace ndbench
