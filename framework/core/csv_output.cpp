#include <fmt/format.h>

#include "core/csv_text.h"
#include "core/output.h"

namespace ndbench {
namespace {

/// One fixed set of columns for every row; Google Benchmark's first.
class CsvOutput final : public Output {
 public:
  CsvOutput(const OutputStyle& style, Sink sink) : style_(style), sink_(std::move(sink)) {}

  void begin(const RunContext&) override {
    sink_(
        "name,iterations,real_time,cpu_time,time_unit,bytes_per_second,items_per_second,label,"
        "error_occurred,error_message,skipped,skip_message,repetition_index,metric,quality,loss,"
        "state_hash,compute_threads\n");
  }

  void row(const Row& row) override {
    const bool measured = row.outcome.status == Status::kPassed;
    const bool error = row.outcome.status == Status::kFailed;
    const bool skip = row.outcome.status == Status::kSkipped;
    const auto time = [&](double seconds) {
      return csv_cell(row.is_relative() ? seconds : in_unit(seconds, style_.time_unit));
    };
    sink_(fmt::format("{},{},{},{},{},,{},,{},{},{},{},{},{},{},{},{},{}\n",
                      csv_cell(row.full_name()), measured ? std::to_string(row.iterations) : "",
                      measured ? time(row.real_seconds) : "", measured ? time(row.cpu_seconds) : "",
                      symbol(style_.time_unit), measured ? csv_cell(row.samples_per_second) : "",
                      error ? "true" : "", error ? csv_cell(row.outcome.reason) : "",
                      skip ? "true" : "", skip ? csv_cell(row.outcome.reason) : "",
                      row.aggregate.empty() ? std::to_string(row.repetition) : "",
                      csv_cell(row.metric), csv_cell(measured ? row.quality : Row::kNone),
                      csv_cell(measured ? row.loss : Row::kNone), csv_cell(row.state_hash),
                      csv_cell(row.compute_threads)));
  }

  void end() override {}

 private:
  OutputStyle style_;
  Sink sink_;
};

}  // namespace

std::unique_ptr<Output> make_csv_output(const OutputStyle& style, Output::Sink sink) {
  return std::make_unique<CsvOutput>(style, std::move(sink));
}

}  // namespace ndbench
