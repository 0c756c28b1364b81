#include <fmt/format.h>

#include <functional>

#include "core/measured_benchmark.h"
#include "core/printable.h"
#include "core/report_writers.h"

namespace ndbench {
namespace {

using Labels = std::vector<std::string>;

/// `name="value"`, the value as UTF-8 of one line with backslash and quote escaped.
std::string label(std::string_view name, std::string_view value) {
  std::string escaped;
  for (const char character : printable(value, std::string::npos)) {
    if (character == '\\' || character == '"') escaped += '\\';
    escaped += character;
  }
  return fmt::format(R"({}="{}")", name, escaped);
}

/// The families of samples, one after the other.
class Exposition {
 public:
  explicit Exposition(const MeasuredRun& run) : benchmarks_(benchmarks_of(run)) {}

  void family(const std::string& name, const std::string& help) {
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
  }

  void sample(const std::string& name, const Labels& labels, double value) {
    text_ += fmt::format("{}{{{}}} {}\n", name, fmt::join(labels, ","), value);
  }

  using Of = std::function<std::optional<double>(const MeasuredBenchmark&)>;

  /// A family with a sample for each benchmark that has the value.
  void of_benchmarks(const std::string& name, const std::string& help, const Of& value) {
    family(name, help);
    for (const MeasuredBenchmark& benchmark : benchmarks_) {
      if (const auto number = value(benchmark)) sample(name, labels_of(benchmark), *number);
    }
  }

  using OfQuantity = std::optional<Quantity> (MeasuredBenchmark::*)() const;

  /// The same of a quantity and the two ends of its interval; `unit` ends the names.
  void of_quantity(const std::string& name, const std::string& unit, const std::string& help,
                   OfQuantity quantity, double origin = 0.0) {
    of_benchmarks(name + unit, help + ".", [&](const MeasuredBenchmark& benchmark) {
      const auto found = (benchmark.*quantity)();
      return found ? std::optional(found->value - origin) : std::nullopt;
    });
    for (const bool upper : {false, true}) {
      const char* end = upper ? "upper" : "lower";
      of_benchmarks(fmt::format("{}_{}{}", name, end, unit),
                    fmt::format("{}, {} end at 95 %.", help, end),
                    [&](const MeasuredBenchmark& benchmark) -> std::optional<double> {
                      const auto found = (benchmark.*quantity)();
                      if (!found || !found->interval) return std::nullopt;
                      return (upper ? found->interval->high : found->interval->low) - origin;
                    });
    }
  }

  void counts() {
    family("ndbench_replicas", "Replicas of the benchmark by what became of them.");
    for (const MeasuredBenchmark& benchmark : benchmarks_) {
      for (const Status status : {Status::kPassed, Status::kSkipped, Status::kFailed}) {
        Labels labels = labels_of(benchmark);
        labels.push_back(label("status", to_string(status)));
        sample("ndbench_replicas", labels, static_cast<double>(benchmark.count(status)));
      }
    }
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  static Labels labels_of(const MeasuredBenchmark& benchmark) {
    const Cell& cell = *benchmark.cell;
    Labels labels{label("benchmark", benchmark.name),
                  label("model", cell.model.name),
                  label("backend", cell.backend.name),
                  label("mode", cell.mode.name),
                  label("scope", cell.scope == ScopeKind::kStep ? "step" : "epoch"),
                  label("target", benchmark.target())};
    const std::string metric = benchmark.metric();
    if (!metric.empty()) labels.push_back(label("metric", metric));
    return labels;
  }

  std::vector<MeasuredBenchmark> benchmarks_;
  std::string text_;
};

}  // namespace

std::string prom_report(const Report& report) {
  const MeasuredRun& run = report.run;
  Exposition page(run);
  page.family("ndbench_run_complete", "Whether the run came to its end.");
  page.sample("ndbench_run_complete",
              {label("run", run.id()), label("suite", run.suite()), label("commit", run.commit()),
               label("started", run.started())},
              run.is_complete ? 1.0 : 0.0);
  page.counts();
  page.of_quantity("ndbench_iteration", "_seconds", "Median time of a step or epoch",
                   &MeasuredBenchmark::seconds);
  page.of_quantity("ndbench_overhead", "_ratio", "Time over that of the reference mode, less 1",
                   &MeasuredBenchmark::ratio, 1.0);
  page.of_quantity("ndbench_quality", "", "Mean result over the replicas, in its metric's unit",
                   &MeasuredBenchmark::quality);
  page.of_quantity("ndbench_quality_deviation", "", "Standard deviation of the result",
                   &MeasuredBenchmark::deviation);
  page.of_benchmarks("ndbench_peak_memory_bytes", "Most resident memory of a replica.",
                     [](const MeasuredBenchmark& benchmark) -> std::optional<double> {
                       const auto bytes = benchmark.peak_memory_bytes();
                       if (!bytes) return std::nullopt;
                       return static_cast<double>(*bytes);
                     });
  return page.text();
}

}  // namespace ndbench
