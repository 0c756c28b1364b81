#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "core/measured_benchmark.h"
#include "core/report_writers.h"

namespace ndbench {
namespace {

using json = nlohmann::ordered_json;

/// `scale` times the quantity, less `origin`.
json metric(const Quantity& quantity, double scale = 1.0, double origin = 0.0) {
  json object{{"value", scale * quantity.value - origin}};
  if (quantity.interval) {
    object["lower_value"] = scale * quantity.interval->low - origin;
    object["upper_value"] = scale * quantity.interval->high - origin;
  }
  return object;
}

json measures_of(const MeasuredBenchmark& benchmark) {
  constexpr double kNanoseconds = 1e9;
  json measures = json::object();
  if (const auto seconds = benchmark.seconds())
    measures["latency"] = metric(*seconds, kNanoseconds);
  if (const auto ratio = benchmark.ratio()) measures["overhead"] = metric(*ratio, 1.0, 1.0);
  // A measure has one direction for all benchmarks: what is not one metric is not one measure.
  const std::string name = benchmark.metric();
  if (const auto quality = benchmark.quality()) measures["quality-" + name] = metric(*quality);
  if (const auto spread = benchmark.deviation()) measures["spread-" + name] = metric(*spread);
  return measures;
}

}  // namespace

std::string bmf_report(const Report& report) {
  json document = json::object();
  for (const MeasuredBenchmark& benchmark : benchmarks_of(report.run)) {
    json measures = measures_of(benchmark);
    if (!measures.empty()) document[benchmark.name] = std::move(measures);
  }
  return json_text(document, 2) + "\n";
}

}  // namespace ndbench
