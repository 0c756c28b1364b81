#include "core/outputs.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "core/durable_file.h"
#include "core/standard_output.h"

namespace ndbench {
namespace {

bool use_colour(Colour colour) {
  if (colour != Colour::kAuto) return colour == Colour::kAlways;
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr && terminal != nullptr &&
         std::strcmp(terminal, "dumb") != 0;
}

}  // namespace

Outputs::Outputs(const CommandLine& line) : line_(line) {
  OutputStyle style = line.style;
  if (line.out) {
    file_ = make_output(line.out_format, style, [this](std::string_view text) { text_ += text; });
  }
  style.colour = use_colour(line.colour);
  display_ = make_output(line.format, style, write_stdout);
}

void Outputs::begin(const RunContext& context) {
  display_->begin(context);
  if (file_) file_->begin(context);
}

void Outputs::rows(const std::vector<Row>& rows) {
  const bool display_aggregates = line_.display_aggregates_only || line_.report_aggregates_only;
  for (const Row& row : rows) {
    const bool passed_repetition =
        row.aggregate.empty() && row.repetitions > 1 && row.outcome.status == Status::kPassed;
    if (!(display_aggregates && passed_repetition)) display_->row(row);
    if (file_ && !(line_.report_aggregates_only && passed_repetition)) file_->row(row);
  }
}

void Outputs::end_display() { display_->end(); }

void Outputs::end_file() {
  if (!file_) return;
  file_->end();
  write_file(*line_.out, text_);
}

}  // namespace ndbench
