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
  const Outcome& outcome = record.outcome;
  if (outcome.status != Status::kFailed) return;
  const std::string name = printable(record.cell.name(), std::string::npos);
  const std::string where =
      outcome.phase.empty() ? "" : fmt::format(" in phase {}", printable(outcome.phase));
  const auto [first, is_new] = first_with_.emplace(outcome.reason + outcome.output, name);
  if (!is_new) {
    write(
        fmt::format("FAILED {} replica {}{}: as {}\n", name, record.replica, where, first->second));
    return;
  }
  write(fmt::format("FAILED {} replica {}{}:\n{}", name, record.replica, where,
                    indented(outcome.reason, "  ")));
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
