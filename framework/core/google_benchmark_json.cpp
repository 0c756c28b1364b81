#include "core/google_benchmark_json.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/durable_file.h"
#include "core/printable.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Larger ones are no results.
constexpr std::uintmax_t kLargestFile = std::uintmax_t{64} << 20;

constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
    {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}}};

/// What of the context tells hosts and builds apart. The clock's rate and the load change by
/// themselves.
constexpr std::array kTargetFacts{"host_name", "num_cpus", "caches", "library_build_type"};

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
  throw ResultsError(fmt::format("'{}' is not as Google Benchmark writes JSON: {}",
                                 printable(file.string()), printable(what, 300)));
}

/// Refuses a key that stands twice in an object: readers differ in which one they take. Not a
/// callback of json::parse(), with which that takes the square of an array's length.
class UniqueKeys final : public json::json_sax_t {
 public:
  explicit UniqueKeys(const fs::path& file) : file_(file) {}

  bool start_object(std::size_t /*elements*/) override {
    keys_.emplace_back();
    return true;
  }
  bool key(std::string& key) override {
    if (keys_.back().insert(key).second) return true;
    refuse(file_, fmt::format("the key '{}' stands twice in an object", key));
  }
  bool end_object() override {
    keys_.pop_back();
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(json::number_integer_t /*value*/) override { return true; }
  bool number_unsigned(json::number_unsigned_t /*value*/) override { return true; }
  bool number_float(double /*value*/, const std::string& /*text*/) override { return true; }
  bool string(std::string& /*value*/) override { return true; }
  bool binary(json::binary_t& /*value*/) override { return true; }
  bool start_array(std::size_t /*elements*/) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const json::exception& /*error*/) override {
    return false;  // json::parse() says it
  }

 private:
  const fs::path& file_;
  std::vector<std::set<std::string>> keys_{};
};

json parsed(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(file, error);
  std::ifstream stream(file, std::ios::binary);
  if (error || !stream) {
    throw ResultsError(fmt::format("cannot read '{}'", printable(file.string())));
  }
  if (bytes > kLargestFile) refuse(file, fmt::format("it has {} bytes", bytes));
  try {
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    UniqueKeys keys(file);
    (void)json::sax_parse(text, &keys);
    json document = json::parse(text);
    if (document.is_object() && document.contains("context") && document.contains("benchmarks") &&
        document.at("context").is_object() && document.at("benchmarks").is_array()) {
      return document;
    }
  } catch (const json::exception& wrong) {
    refuse(file, wrong.what());
  }
  refuse(file, "it has no 'context' with 'benchmarks'");
}

double seconds_of(const json& row) {
  const std::string unit = row.value("time_unit", "ns");
  for (const auto& [name, factor] : kUnits) {
    if (unit == name) return row.at("real_time").get<double>() * factor;
  }
  throw Error(fmt::format("'{}' is no time_unit", unit));
}

/// Why a row has no time; "" if it has one.
std::string problem_of(const json& row) {
  if (row.value("error_occurred", false)) return "failed: " + row.value("error_message", "");
  if (row.value("skipped", false)) return "skipped: " + row.value("skip_message", "");
  return "";
}

void add_row(const json& row, ComparedBenchmark& benchmark) {
  if (std::string problem = problem_of(row); !problem.empty()) {
    if (benchmark.seconds.empty()) benchmark.problem = std::move(problem);
    return;
  }
  const double seconds = seconds_of(row);
  if (!(std::isfinite(seconds) && seconds > 0.0)) {
    throw Error(fmt::format("'{}' took {} seconds", benchmark.name, seconds));
  }
  benchmark.problem.clear();
  benchmark.seconds.push_back(seconds);
  for (const char* fact : {"threads", "compute_threads"}) {
    if (row.contains(fact)) benchmark.settings.merge(facts_of({{fact, row.at(fact)}}));
  }
}

}  // namespace

ComparedRun read_google_benchmark(const fs::path& file) {
  const json document = parsed(file);
  ComparedRun run{.source = file.string(), .words = ""};
  run.replicas_are_processes = false;
  try {
    const json& context = document.at("context");
    json facts = json::object();
    for (const char* fact : kTargetFacts) {
      if (context.contains(fact)) facts[fact] = {context.at(fact)};
    }
    const Facts target = facts_of(facts);
    run.words = fmt::format(
        "{}: {} on {}, {}", file.filename().string(), context.value("executable", "a program"),
        context.value("host_name", "an unnamed host"), context.value("date", "undated"));
    std::map<std::string, std::size_t> places;
    for (const json& row : document.at("benchmarks")) {
      if (row.value("run_type", "iteration") != "iteration") continue;
      const std::string name = row.value("run_name", row.at("name").get<std::string>());
      const auto place = places.emplace(name, run.benchmarks.size()).first->second;
      if (place == run.benchmarks.size())
        run.benchmarks.push_back({.name = name, .target = target});
      run.replicas_are_processes = run.replicas_are_processes || row.contains("compute_threads");
      add_row(row, run.benchmarks[place]);
    }
  } catch (const json::exception& wrong) {
    refuse(file, wrong.what());
  } catch (const ResultsError&) {
    throw;
  } catch (const Error& wrong) {
    refuse(file, wrong.what());
  }
  return run;
}

}  // namespace ndbench
