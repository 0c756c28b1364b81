#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/output.h"
#include "core/printable.h"

namespace ndbench {
namespace {

/// `text` with only line breaks left of what moves a cursor.
std::string harmless(const std::string& text) {
  std::string result;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    if (start > 0) result += '\n';
    result += printable(std::string_view(text).substr(start, end - start), std::string::npos);
    start = end + 1;
  }
  return result;
}

/// RFC 4180; a text that a spreadsheet would take for a formula gets a leading apostrophe.
std::string field(const std::string& raw) {
  std::string text = harmless(raw);
  if (!text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos) {
    text.insert(0, 1, '\'');
  }
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char character : text) quoted.append(character == '"' ? 2 : 1, character);
  return quoted + '"';
}

std::string field(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

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
      return field(row.is_relative() ? seconds : in_unit(seconds, style_.time_unit));
    };
    sink_(fmt::format("{},{},{},{},{},,{},,{},{},{},{},{},{},{},{},{},{}\n", field(row.full_name()),
                      measured ? std::to_string(row.iterations) : "",
                      measured ? time(row.real_seconds) : "", measured ? time(row.cpu_seconds) : "",
                      symbol(style_.time_unit), measured ? field(row.samples_per_second) : "",
                      error ? "true" : "", error ? field(row.outcome.reason) : "",
                      skip ? "true" : "", skip ? field(row.outcome.reason) : "",
                      row.aggregate.empty() ? std::to_string(row.repetition) : "",
                      field(row.metric), field(measured ? row.quality : Row::kNone),
                      field(measured ? row.loss : Row::kNone), field(row.state_hash),
                      field(row.compute_threads)));
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
