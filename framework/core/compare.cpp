#include "core/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/comparison_text.h"
#include "core/durable_file.h"
#include "core/json_text.h"
#include "core/printable.h"
#include "core/run_lookup.h"
#include "core/spelling.h"
#include "core/standard_output.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

std::string json(const RunComparison& comparison) {
  return json_text(comparison_json(comparison), 2) + "\n";
}

constexpr std::array kFormats{
    ComparisonFormat{"text", comparison_text},
    ComparisonFormat{"md", comparison_markdown},
    ComparisonFormat{"json", json},
};

const ComparisonFormat& format_of(const std::string& name) {
  std::vector<std::string> names;
  for (const ComparisonFormat& format : kFormats) {
    if (format.name == name) return format;
    names.emplace_back(format.name);
  }
  throw UsageError(fmt::format("--format: '{}' is none of {}{}", printable(name),
                               fmt::join(names, ", "), did_you_mean(name, names)));
}

bool are_the_same(const ComparedRun& a, const ComparedRun& b) {
  if (!a.id.empty() && a.id == b.id) return true;
  std::error_code error;
  return fs::equivalent(a.source, b.source, error);
}

}  // namespace

std::span<const ComparisonFormat> comparison_formats() { return kFormats; }

ExitCode compare(const CompareOptions& options) {
  const ComparisonFormat& format = format_of(options.format);
  if (options.out) check_writable(*options.out);
  ComparedRun a = find_compared_run(options.results, options.runs.at(0));
  ComparedRun b = find_compared_run(options.results, options.runs.at(1));
  if (are_the_same(a, b)) {
    throw UsageError(fmt::format("A and B are the same: {}", printable(a.words)));
  }
  const std::string text = format.write(compare_runs(std::move(a), std::move(b), options.rules));
  write_output(options.out, text);
  return ExitCode::kOk;
}

}  // namespace ndbench
