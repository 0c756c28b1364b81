#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "core/measured_benchmark.h"
#include "core/report_writers.h"

namespace ndbench {
namespace {

using json = nlohmann::ordered_json;

/// An entry for each quantity of which less is better. What is judged there is its ratio to the one
/// before: for a cost that is the ratio of two times, as a share of a few per cent goes through 0.
class Entries {
 public:
  explicit Entries(const MeasuredRun& run) : run_(run) {}

  void add(const MeasuredBenchmark& benchmark) {
    constexpr double kMilliseconds = 1e3;
    extra_ = fmt::format("n = {}, target {}, {}", benchmark.count(Status::kPassed),
                         benchmark.target(), run_.command_for(benchmark.name));
    if (const auto seconds = benchmark.seconds()) {
      add(benchmark.name + " time", "ms", *seconds, kMilliseconds);
    }
    if (const auto ratio = benchmark.ratio()) {
      add(fmt::format("{} time / {}", benchmark.name, benchmark.group->reference), "x", *ratio);
    }
    const auto quality = benchmark.quality();
    if (quality && !benchmark.mode->spread->higher_is_better) {
      add(benchmark.name + " " + benchmark.metric(), benchmark.metric(), *quality);
    }
  }

  [[nodiscard]] std::string text() const { return json_text(entries_, 2) + "\n"; }

 private:
  void add(const std::string& name, const std::string& unit, const Quantity& quantity,
           double scale = 1.0) {
    json entry{{"name", name}, {"unit", unit}, {"value", scale * quantity.value}};
    if (const auto& interval = quantity.interval) {
      entry["range"] =
          fmt::format("95 %: {:.6g} to {:.6g}", scale * interval->low, scale * interval->high);
    }
    entry["extra"] = extra_;
    entries_.push_back(std::move(entry));
  }

  const MeasuredRun& run_;
  std::string extra_;
  json entries_ = json::array();
};

}  // namespace

std::string gha_report(const Report& report) {
  Entries entries(report.run);
  for (const MeasuredBenchmark& benchmark : benchmarks_of(report.run)) entries.add(benchmark);
  return entries.text();
}

}  // namespace ndbench
