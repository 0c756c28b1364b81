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

std::string quality_text(const ModeSummary& mode) {
  if (mode.metric.empty()) return "";
  if (std::isnan(mode.quality_deviation)) return fmt::format("{:.4f}", mode.quality_mean);
  if (mode.quality_deviation == 0.0) return fmt::format("{:.4f} ± 0", mode.quality_mean);
  return fmt::format("{:.4f} ± {:.4f}", mode.quality_mean, mode.quality_deviation);
}

std::string overhead_text(const Ratio& cost) {
  const std::string overhead = percent(cost.ratio - 1.0) + " %";
  if (std::isnan(cost.interval.low)) return overhead;
  return fmt::format("{} [{}, {}]", overhead, percent(cost.interval.low - 1.0),
                     percent(cost.interval.high - 1.0));
}

std::string verdict_text(const ModeSummary& mode) {
  std::string text = mode.verdict;
  for (const auto& [name, value] : mode.other) text += fmt::format("; {} {:.4g}", name, value);
  return text;
}

std::string short_target(const std::string& target) { return target.substr(0, 8); }

std::string machine_text(const Machine& machine) {
  return fmt::format("{}, {} core{}", machine.cpu_model, machine.cores,
                     machine.cores == 1 ? "" : "s");
}

std::string plain(const std::string& text) { return printable(text, std::string::npos); }

}  // namespace ndbench
