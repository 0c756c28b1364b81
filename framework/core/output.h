#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/row.h"

namespace ndbench {

/// What stands above the rows; what is not known is left out.
struct RunContext {
  struct Cache {
    std::string type;
    int level = 0;
    std::int64_t size = 0;
    int num_sharing = 0;
  };

  std::string date;
  std::string host_name;
  std::string executable;
  std::string library_version;  ///< of Google Benchmark
  std::string build_type;       ///< of ndbench: "Release"
  int num_cpus = 0;
  std::optional<int> mhz_per_cpu;
  std::optional<bool> cpu_scaling_enabled;
  std::optional<bool> aslr_enabled;
  std::vector<Cache> caches;
  std::vector<double> load_average;
  std::map<std::string, std::string> custom;  ///< --benchmark_context and ndbench's own lines
  std::size_t name_width = 0;                 ///< of the longest benchmark name
};

enum class Format { kConsole, kJson, kCsv };
enum class TimeUnit { kNanosecond, kMicrosecond, kMillisecond, kSecond };

/// "ms"
[[nodiscard]] std::string_view symbol(TimeUnit unit);

/// `seconds` in `unit`.
[[nodiscard]] double in_unit(double seconds, TimeUnit unit);

struct OutputStyle {
  TimeUnit time_unit = TimeUnit::kMillisecond;
  bool colour = false;
  bool counters_tabular = false;  ///< console: a new header wherever the quality metric changes
};

/// Writes a run in one format. Rows come in the order in which they are to be read.
class Output {
 public:
  /// Takes finished text; throws ResultsError if it cannot be kept.
  using Sink = std::function<void(std::string_view)>;

  virtual ~Output() = default;
  virtual void begin(const RunContext& context) = 0;
  virtual void row(const Row& row) = 0;
  virtual void end() = 0;
};

[[nodiscard]] std::unique_ptr<Output> make_output(Format format, const OutputStyle& style,
                                                  Output::Sink sink);

[[nodiscard]] std::unique_ptr<Output> make_console_output(const OutputStyle& style,
                                                          Output::Sink sink);
[[nodiscard]] std::unique_ptr<Output> make_json_output(const OutputStyle& style, Output::Sink sink);
[[nodiscard]] std::unique_ptr<Output> make_csv_output(const OutputStyle& style, Output::Sink sink);

}  // namespace ndbench
