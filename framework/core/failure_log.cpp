#include "core/failure_log.h"

#include <fmt/format.h>

#include <sstream>

#include "core/printable.h"

namespace ndbench {
namespace {

constexpr std::size_t kLongestLine = 2000;
constexpr std::size_t kShownOutput = 4096;

std::string indented(const std::string& text, const char* indent) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    result += fmt::format("{}{}\n", indent, printable(line, kLongestLine));
  }
  return result;
}

}  // namespace

void FailureLog::add(const Record& record) {
  if (record.outcome.status == Status::kFailed) tell("FAILED", record, "");
  if (const std::string left = left_text(record.left_processes); !left.empty()) {
    write(
        fmt::format("ndbench_suite: {} replica {} {}\n", record.cell.name(), record.replica, left));
  }
}

void FailureLog::add_attempt(const Record& record) {
  tell("RETRYING", record, fmt::format(" after attempt {}", record.attempts.size() + 1));
}

void FailureLog::tell(const char* word, const Record& record, const std::string& which) {
  const Outcome& outcome = record.outcome;
  const std::string name = printable(record.cell.name(), std::string::npos);
  const std::string where =
      outcome.phase.empty() ? "" : fmt::format(" in phase {}", printable(outcome.phase));
  const std::string head =
      fmt::format("{} {} replica {}{}{}", word, name, record.replica, which, where);
  const auto [first, is_new] = first_with_.emplace(outcome.reason + outcome.output, name);
  if (!is_new) {
    write(fmt::format("{}: as {}\n", head, first->second));
    return;
  }
  write(fmt::format("{}:\n{}", head, indented(outcome.reason, "  ")));
  if (!outcome.output.empty()) {
    const bool cut = outcome.output.size() > kShownOutput;
    write(fmt::format(
        "  the worker printed{}:\n{}", cut ? ", at the end" : "",
        indented(outcome.output.substr(cut ? outcome.output.size() - kShownOutput : 0), "  | ")));
  }
}

void FailureLog::write(const std::string& text) {
  std::fputs(text.c_str(), stream_);  // a stderr that is closed or full is no reason to stop
}

}  // namespace ndbench
