#include "core/processor_time.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <set>

namespace ndbench {
namespace {

/// user, nice, system, idle, iowait, irq, softirq, steal; guests' time is part of user and nice.
using Ticks = std::array<std::uint64_t, 8>;

std::optional<Ticks> parse_ticks(std::string_view numbers) {
  Ticks ticks{};
  for (std::uint64_t& field : ticks) {
    if (!numbers.starts_with(' ')) return std::nullopt;
    numbers.remove_prefix(1);
    const auto [end, error] =
        std::from_chars(numbers.data(), numbers.data() + numbers.size(), field);
    if (error != std::errc{}) return std::nullopt;
    numbers.remove_prefix(static_cast<std::size_t>(end - numbers.data()));
  }
  return ticks;
}

/// Takes "cpu12" off the front of a line; nothing if that is not what it begins with.
std::optional<int> take_processor(std::string_view& line) {
  constexpr std::string_view kLabel = "cpu";
  if (!line.starts_with(kLabel)) return std::nullopt;
  line.remove_prefix(kLabel.size());
  int processor = -1;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), processor);
  if (error != std::errc{} || processor < 0) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  return processor;
}

}  // namespace

std::optional<ProcessorTime> parse_processor_time(std::string_view stat,
                                                  const Processors& processors,
                                                  double ticks_per_second) {
  std::set<int> wanted(processors.begin(), processors.end());
  ProcessorTime sum;
  while (!stat.empty() && !wanted.empty()) {
    std::string_view line = stat.substr(0, stat.find('\n'));
    stat.remove_prefix(line.size() == stat.size() ? line.size() : line.size() + 1);
    const auto processor = take_processor(line);
    if (!processor || wanted.erase(*processor) == 0) continue;
    const auto ticks = parse_ticks(line);
    if (!ticks) return std::nullopt;
    const auto& [user, nice, system, idle, iowait, irq, softirq, steal] = *ticks;
    sum.busy += static_cast<double>(user + nice + system + irq + softirq) / ticks_per_second;
    sum.steal += static_cast<double>(steal) / ticks_per_second;
  }
  if (processors.empty() || !wanted.empty()) return std::nullopt;
  return sum;
}

}  // namespace ndbench
