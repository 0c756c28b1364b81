#include "core/comparison_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/printable.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

constexpr std::size_t kWidth = 79;
constexpr std::size_t kVerdictWidth = 16;  ///< two more than "NOT COMPARABLE"

/// "1.02 ms", in the largest unit that leaves a digit before the point.
std::string seconds_text(double seconds) {
  if (seconds >= 1.0) return fmt::format("{:.4g} s", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.4g} ms", seconds * 1e3);
  return seconds >= 1e-6 ? fmt::format("{:.4g} us", seconds * 1e6)
                         : fmt::format("{:.4g} ns", seconds * 1e9);
}

/// Columns of UTF-8 that is printable: characters.
std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const char byte : text) columns += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  return columns;
}

/// `text` in lines of at most kWidth columns, broken at spaces; all but the first, which follows
/// `first`, begin with `indent` spaces. A longer word stays whole.
std::string wrapped(std::string first, std::size_t indent, std::string_view text) {
  std::string result = std::move(first);
  std::size_t column = columns_of(result);
  bool is_begin = true;
  while (!text.empty()) {
    std::size_t end = text.find(' ');
    // "2 %" stays together.
    while (text.substr(std::min(end, text.size())).starts_with(" %")) end = text.find(' ', end + 1);
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const std::size_t width = columns_of(word);
    if (!is_begin && column + 1 + width > kWidth) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
      is_begin = true;
    }
    if (!is_begin) result += ' ';
    result += word;
    column += width + (is_begin ? 0 : 1);
    is_begin = false;
  }
  return result + "\n";
}

/// Adds `part` after "; ", if there is any.
void join(std::string& text, const std::string& part) {
  if (part.empty()) return;
  text += (text.empty() ? "" : "; ") + part;
}

std::string row_text(const Change& change) {
  const std::string verdict = to_string(change.quantity, change.verdict);
  std::string text = wrapped(fmt::format("{:<{}}", verdict, kVerdictWidth), kVerdictWidth,
                             plain(change.benchmark) + ", " + plain(quantity_words(change)));
  std::string details;
  join(details, change_words(change));
  join(details, values_words(change));
  if (change.quantity != Quantity::kBenchmark) {
    join(details, fmt::format("replicas: {} in A, {} in B", change.replicas_a, change.replicas_b));
  }
  join(details, evidence_words(change));
  join(details, plain(change.words));
  if (!change.unlike.empty()) join(details, "targets differ: " + plain(change.unlike));
  return text + wrapped(std::string(kVerdictWidth, ' '), kVerdictWidth, details);
}

}  // namespace

std::string verdict_counts(const RunComparison& comparison) {
  std::vector<std::pair<std::string_view, std::size_t>> counts;  // a dozen at most
  for (const Change& change : comparison.changes) {
    const std::string_view verdict = to_string(change.quantity, change.verdict);
    auto found = std::find_if(counts.begin(), counts.end(),
                              [&](const auto& count) { return count.first == verdict; });
    if (found == counts.end()) found = counts.insert(found, {verdict, 0});
    ++found->second;
  }
  std::string text;
  for (const auto& [verdict, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, verdict);
  }
  return text.empty() ? "no verdict" : text;
}

std::string quantity_words(const Change& change) {
  switch (change.quantity) {
    case Quantity::kCost:
      return "time";
    case Quantity::kBits:
      return "bits";
    case Quantity::kResult:
      return change.metric;
    case Quantity::kSpread:
      return "spread of " + change.metric;
    case Quantity::kBenchmark:
      return "all";
  }
  return "";
}

std::string values_words(const Change& change) {
  if (std::isnan(change.a) || std::isnan(change.b)) return "";
  if (change.quantity == Quantity::kCost) {
    return seconds_text(change.a) + " → " + seconds_text(change.b);
  }
  return number_text(change.a) + " → " + number_text(change.b);
}

std::string change_words(const Change& change) {
  if (std::isnan(change.change)) return "";
  if (change.quantity == Quantity::kResult) {
    return "B − A " + signed_text(change.change) + interval_text(change.interval);
  }
  return fmt::format("B/A {:.3f}", change.change) + interval_text(change.interval, 3);
}

std::string evidence_words(const Change& change) {
  if (change.verdict == Verdict::kSame && !std::isnan(change.p_apart)) {
    return fmt::format("p {} that it is not", probability_text(change.p_apart));
  }
  return std::isnan(change.p) ? "" : "p " + probability_text(change.p);
}

std::string comparison_text(const RunComparison& comparison) {
  std::string text = wrapped("ndbench compare: ", 4, verdict_counts(comparison));
  text += wrapped("A   ", 4, plain(comparison.a.words));
  text += wrapped("B   ", 4, plain(comparison.b.words));
  if (!comparison.changes.empty()) text += "\n";
  for (const Change& change : comparison.changes) text += row_text(change);
  const auto add_missing = [&](const char* side, const std::vector<std::string>& names) {
    if (names.empty()) return;
    text += fmt::format("\nOnly in {}:\n", side);
    for (const std::string& name : names) text += wrapped("    ", 4, plain(name));
  };
  add_missing("A", comparison.only_a);
  add_missing("B", comparison.only_b);
  const std::vector<std::string> notes = comparison.notes();
  if (!notes.empty()) text += "\n";
  for (const std::string& note : notes) text += wrapped("Note: ", 6, note);
  return text;
}

}  // namespace ndbench
