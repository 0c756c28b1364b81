#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/csv_text.h"
#include "core/durable_file.h"
#include "core/report_writers.h"

namespace ndbench {
namespace {

/// A run of the suite, with a value for each history that it is part of.
struct Night {
  std::string commit{};
  std::map<std::size_t, double> values{};  ///< by the history's place
};

/// By start and id: the oldest first.
using Nights = std::map<std::pair<std::string, std::string>, Night>;

Nights nights_of(const std::vector<History>& histories) {
  Nights nights;
  for (std::size_t column = 0; column < histories.size(); ++column) {
    const History& history = histories[column];
    for (std::size_t i = 0; i < history.values.size(); ++i) {
      Night& night = nights[{history.started[i], history.runs[i]}];
      night.commit = history.commits[i];
      night.values.emplace(column, history.values[i]);
    }
  }
  return nights;
}

/// "resnet8/onednn/fixed/step seconds", with the target where that alone is not one history.
std::vector<std::string> columns_of(const std::vector<History>& histories) {
  std::map<std::string, int> count;
  std::vector<std::string> columns;
  for (const History& history : histories) {
    columns.push_back(history.name + " " + history.quantity);
    ++count[columns.back()];
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (count[columns[i]] > 1) columns[i] += " on " + histories[i].target;
  }
  return columns;
}

}  // namespace

std::string otava_report(const Report& report) {
  if (!report.no_histories.empty()) {
    throw ResultsError(fmt::format("--format=otava writes histories, and {}", report.no_histories));
  }
  std::string text = "time,run,commit";
  for (const std::string& column : columns_of(report.histories)) text += "," + csv_cell(column);
  text += "\n";
  for (const auto& [when, night] : nights_of(report.histories)) {
    // Otava takes no empty cell for a number.
    if (night.values.size() < report.histories.size()) continue;
    text += fmt::format("{},{},{}", csv_cell(when.first), csv_cell(when.second),
                        csv_cell(night.commit));
    for (const auto& [column, value] : night.values) text += "," + csv_cell(value);
    text += "\n";
  }
  return text;
}

}  // namespace ndbench
