#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/output.h"
#include "core/printable.h"

namespace ndbench {
namespace {

/// Four significant digits: what a timing on a shared machine can bear. At most 6 characters for
/// the sizes that occur.
std::string number(double value) {
  if (std::isnan(value)) return "";
  const double size = std::abs(value);
  if (value != 0.0 && (size < 1e-3 || size >= 1e6)) return fmt::format("{:.0e}", value);
  const int digits = value == 0.0 ? 1 : static_cast<int>(std::floor(std::log10(size))) + 1;
  return fmt::format("{:.{}f}", value, std::clamp(4 - digits, 0, 4));
}

class ConsoleOutput final : public Output {
 public:
  ConsoleOutput(const OutputStyle& style, Sink sink) : style_(style), sink_(std::move(sink)) {}

  void begin(const RunContext& context) override {
    constexpr std::size_t kSuffix = 7;  // "_stddev"
    name_width_ = std::max<std::size_t>(context.name_width, 9) + kSuffix;
    for (const auto& [key, value] : context.custom) {
      sink_(fmt::format("{}: {}\n", printable(key), printable(value)));
    }
    header("Quality");
  }

  void row(const Row& row) override {
    const std::string name = fmt::format("{:<{}}", printable(row.full_name()), name_width_);
    if (row.outcome.status != Status::kPassed) {
      const bool error = row.outcome.status == Status::kFailed;
      sink_(paint(name, fmt::color::red, error) +
            fmt::format(" {}: {}\n", error ? "ERROR" : "SKIPPED", first_line(row.outcome.reason)));
      return;
    }
    if (style_.counters_tabular && row.metric != metric_) {
      metric_ = row.metric;
      header(printable(metric_));
    }
    sink_(paint(name, row.aggregate.empty() ? fmt::color::green : fmt::color::steel_blue, true) +
          fmt::format(" {:>9} {:>9} {:>4} {:>9} {:>7}\n", time(row, row.real_seconds),
                      time(row, row.cpu_seconds), row.iterations,
                      quantity(row, row.samples_per_second), quantity(row, row.quality)));
  }

  void end() override {}

 private:
  void header(const std::string& quality) {
    const std::string line = fmt::format("{:<{}} {:>9} {:>9} {:>4} {:>9} {:>7}\n", "Benchmark",
                                         name_width_, "Time", "CPU", "Iter", "samples/s", quality);
    const std::string rule(line.size() - 1, '-');
    sink_(rule + "\n" + line + rule + "\n");
  }

  [[nodiscard]] static std::string first_line(const std::string& text) {
    constexpr std::size_t kLongest = 400;
    return printable(text.substr(0, text.find('\n')), kLongest);
  }

  [[nodiscard]] std::string paint(const std::string& text, fmt::color colour, bool enabled) const {
    return style_.colour && enabled ? fmt::format(fmt::fg(colour), "{}", text) : text;
  }

  [[nodiscard]] static std::string quantity(const Row& row, double value) {
    return row.is_relative() && !std::isnan(value) ? fmt::format("{:.2f} %", 100.0 * value)
                                                   : number(value);
  }

  [[nodiscard]] std::string time(const Row& row, double seconds) const {
    if (row.is_relative()) return quantity(row, seconds);
    return fmt::format("{} {}", number(in_unit(seconds, style_.time_unit)),
                       symbol(style_.time_unit));
  }

  OutputStyle style_;
  Sink sink_;
  std::size_t name_width_ = 0;
  std::string metric_;
};

}  // namespace

std::unique_ptr<Output> make_console_output(const OutputStyle& style, Output::Sink sink) {
  return std::make_unique<ConsoleOutput>(style, std::move(sink));
}

}  // namespace ndbench
