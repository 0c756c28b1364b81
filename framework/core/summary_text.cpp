#include "core/summary_text.h"

#include <fmt/format.h>

#include <cmath>

#include "core/printable.h"

namespace ndbench {

std::string percent(double share) {
  const double value = 100.0 * share;
  const double size = std::abs(value);
  return size >= 9999.5 ? fmt::format("{:+.0e}", value)
                        : fmt::format("{:+.{}f}", value, size < 99.95 ? 1 : 0);
}

std::string number_text(double value) {
  if (std::isnan(value)) return "";
  if (value == 0.0) return "0";
  const double size = std::abs(value);
  return size >= 0.0005 && size < 1e6 ? fmt::format("{:.4f}", value) : fmt::format("{:.1e}", value);
}

std::string signed_text(double value) {
  return value > 0.0 ? "+" + number_text(value) : number_text(value);
}

std::string interval_text(const Interval& interval, int decimals) {
  if (std::isnan(interval.low) || std::isnan(interval.high)) return "";
  if (decimals < 0) {
    return fmt::format(" [{}, {}]", number_text(interval.low), number_text(interval.high));
  }
  return fmt::format(" [{:.{}f}, {:.{}f}]", interval.low, decimals, interval.high, decimals);
}

std::string probability_text(double p) {
  if (p < 0.0001) return "< 0.0001";
  return p < 0.01 ? fmt::format("= {:.4f}", p) : fmt::format("= {:.2f}", p);
}

std::string quality_text(const ModeSummary& mode) {
  if (!mode.spread) return "";
  const Sample& quality = mode.spread->quality;
  const std::string center = fmt::format("{:.4f}", quality.mean);
  if (std::isnan(quality.deviation.value)) return center;
  return center + " ± " + number_text(quality.deviation.value);
}

std::string overhead_text(const Ratio& cost) {
  const std::string overhead = percent(cost.overhead()) + " %";
  if (std::isnan(cost.interval.low)) return overhead;
  return fmt::format("{} [{}, {}]", overhead, percent(cost.interval.low - 1.0),
                     percent(cost.interval.high - 1.0));
}

std::string metric_of(const GroupSummary& group) {
  for (const ModeSummary& mode : group.modes) {
    if (mode.spread) return mode.spread->metric;
  }
  return "";
}

std::string verdict_text(const ModeSummary& mode) {
  std::string text = fmt::format("{}", fmt::join(mode.verdicts, "; "));
  for (const auto& [name, value] : mode.other) text += fmt::format("; {} {:.4g}", name, value);
  return text;
}

std::string short_target(const std::string& target) { return target.substr(0, 8); }

std::string machine_text(const Machine& machine) {
  return fmt::format("{}, {} core{}", machine.cpu_model, machine.cores,
                     machine.cores == 1 ? "" : "s");
}

std::string plain(std::string_view text) { return printable(text, std::string::npos); }

}  // namespace ndbench
