#include "core/bench.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/personality.h>

#include <ctime>
#include <exception>

#include "core/build_info.h"

namespace ndbench {
namespace {

/// What one benchmark has measured so far, filled by its body.
struct Progression {
  std::size_t cell = 0;
  std::vector<Row> rows;
};

/// The conversation of benchmark bodies and reporter with the scheduler.
class Measurements {
 public:
  Measurements(Scheduler& scheduler, const RowsObserver& on_rows)
      : scheduler_(scheduler), on_rows_(on_rows) {}

  /// The body of a benchmark: entered once per repetition.
  void measure(benchmark::State& state, std::size_t cell) {
    Progression& progression = progressions_[scheduler_.plan().cells[cell].name()];
    progression.cell = cell;
    if (failure_) return skip(state, "the run was ended");
    try {
      const int repetitions = scheduler_.plan().replicas(scheduler_.plan().cells[cell]);
      const int repetition = static_cast<int>(progression.rows.size());
      if (scheduler_.is_enough(cell, repetition)) return skip(state, kNotNeeded);
      const Record& record = scheduler_.measure(cell, repetition);
      progression.rows.push_back(row_of(record, cell, repetitions));
      if (record.outcome.status != Status::kPassed) return skip(state, record.outcome.reason);
      for ([[maybe_unused]] const auto _ : state) state.SetIterationTime(record.real_seconds());
    } catch (...) {  // Nothing may escape through Google Benchmark; rethrown after it.
      failure_ = std::current_exception();
      skip(state, "the run was ended");
    }
  }

  void report(const std::string& name) {
    const auto found = progressions_.find(name);
    if (found == progressions_.end() || found->second.rows.empty()) return;
    const Plan& plan = scheduler_.plan();
    if (plan.is_sequential(plan.cells[found->second.cell])) {
      const int repetitions = static_cast<int>(found->second.rows.size());  // known only now
      for (Row& row : found->second.rows) row.repetitions = repetitions;
    }
    const std::vector<Row> rows = with_aggregates(found->second.rows);
    progressions_.erase(found);
    try {
      on_rows_(rows);
    } catch (...) {
      if (!failure_) failure_ = std::current_exception();
    }
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  /// Of the repetitions that had to be registered. Told to Google Benchmark as an error: where the
  /// first repetition is one, it computes its statistics of the others through a null pointer.
  static constexpr char kNotNeeded[] = "not needed";

  static void skip(benchmark::State& state, const std::string& reason) {
    state.SkipWithError(reason.c_str());
    for ([[maybe_unused]] const auto _ : state) {
    }
  }

  Scheduler& scheduler_;
  const RowsObserver& on_rows_;
  std::map<std::string, Progression> progressions_;
  std::exception_ptr failure_;
};

/// Google Benchmark's own rows are dropped: what it computes from them (a standard deviation by
/// sums of squares, 0 ns for a failure) is not to be printed.
class Reporter final : public benchmark::BenchmarkReporter {
 public:
  explicit Reporter(Measurements& measurements) : measurements_(measurements) {}
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<benchmark::BenchmarkReporter::Run>& runs) override {
    for (const auto& run : runs) measurements_.report(run.run_name.function_name);
  }

 private:
  Measurements& measurements_;
};

void initialize(bool random_interleaving, int verbosity) {
  // Every flag that acts on a run is passed, so that BENCHMARK_* variables, which Google Benchmark
  // has read by itself, do not act a second time on what ndbench has done already.
  std::vector<std::string> arguments{
      "ndbench_suite",
      "--benchmark_filter=.",
      "--benchmark_list_tests=false",
      "--benchmark_repetitions=1",
      "--benchmark_min_time=0.5",
      "--benchmark_min_warmup_time=0",
      "--benchmark_out=",
      "--benchmark_report_aggregates_only=false",
      "--benchmark_display_aggregates_only=false",
      "--benchmark_perf_counters=",
      fmt::format("--benchmark_enable_random_interleaving={}", random_interleaving),
      fmt::format("--v={}", verbosity)};
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) {
    throw Error("this Google Benchmark lacks one of the flags that ndbench sets");
  }
}

}  // namespace

void run_benchmarks(Scheduler& scheduler, bool random_interleaving, int verbosity,
                    const RowsObserver& on_rows) {
  initialize(random_interleaving, verbosity);
  Measurements measurements(scheduler, on_rows);
  const Plan& plan = scheduler.plan();
  for (std::size_t cell = 0; cell < plan.cells.size(); ++cell) {
    benchmark::RegisterBenchmark(
        plan.cells[cell].name().c_str(),
        [&measurements, cell](benchmark::State& state) { measurements.measure(state, cell); })
        ->Iterations(1)
        ->Repetitions(plan.most_replicas(plan.cells[cell]))
        ->UseManualTime();
  }
  Reporter reporter(measurements);
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();
  measurements.rethrow();
}

namespace {

/// Now, as RFC 3339 writes it: "2026-01-31T12:34:56+01:00".
std::string local_date() {
  const std::time_t now = std::time(nullptr);
  std::array<char, 64> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%FT%T%z", std::localtime(&now));
  const std::string_view date(text.data(), length);
  const std::size_t minutes = date.size() - 2;  // of the offset
  return fmt::format("{}:{}", date.substr(0, minutes), date.substr(minutes));
}

}  // namespace

RunContext read_run_context(const std::string& executable) {
  const benchmark::CPUInfo& cpu = benchmark::CPUInfo::Get();
  RunContext context;
  context.date = local_date();
  context.host_name = benchmark::SystemInfo::Get().name;
  context.executable = executable;
  context.library_version = kBenchmarkVersion;
  context.build_type = kBuildType;
  context.num_cpus = cpu.num_cpus;
  context.mhz_per_cpu = static_cast<int>(cpu.cycles_per_second / 1e6 + 0.5);
  context.cpu_scaling_enabled = cpu.scaling == benchmark::CPUInfo::ENABLED;
  constexpr unsigned long kAsk = 0xffffffff;
  context.aslr_enabled = (personality(kAsk) & ADDR_NO_RANDOMIZE) == 0;
  for (const auto& cache : cpu.caches) {
    context.caches.push_back({cache.type, cache.level, cache.size, cache.num_sharing});
  }
  context.load_average = cpu.load_avg;
  return context;
}

}  // namespace ndbench
