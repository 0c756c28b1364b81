// Feeds arbitrary bytes to the reader of Google Benchmark's JSON: ResultsError is the only way out
// it may take, and what was understood has times that are positive and names that stand once.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "core/durable_file.h"
#include "core/google_benchmark_json.h"
#include "fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ndbench::ComparedRun run;
  try {
    run = ndbench::read_google_benchmark(fuzz_file("rows.json", bytes));
  } catch (const ndbench::ResultsError&) {
    return 0;
  }
  std::set<std::string> names;
  for (const ndbench::ComparedBenchmark& benchmark : run.benchmarks) {
    if (!names.insert(benchmark.name).second) std::abort();
    if (benchmark.problem.empty() == benchmark.seconds.empty()) std::abort();
    for (const double seconds : benchmark.seconds) {
      if (!(std::isfinite(seconds) && seconds > 0.0)) std::abort();
    }
  }
  return 0;
}
