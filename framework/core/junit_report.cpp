#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/measured_benchmark.h"
#include "core/replica_plan.h"
#include "core/report_writers.h"
#include "core/xml_text.h"

namespace ndbench {
namespace {

/// What became of one benchmark, as JUnit has it.
struct TestCase {
  enum class Kind { kPassed, kSkipped, kFailure, kError } kind = Kind::kPassed;
  const Record* because = nullptr;  ///< the replica that decided; nullptr for one that did not run
  std::string text{};               ///< the element
};

/// A suite and the number of its cases that ended so.
struct TestSuite {
  std::string name;
  std::vector<TestCase> cases{};

  [[nodiscard]] std::size_t count(TestCase::Kind kind) const {
    return static_cast<std::size_t>(std::count_if(
        cases.begin(), cases.end(), [&](const TestCase& one) { return one.kind == kind; }));
  }
};

bool failed_parity(const MeasuredRun& run, const Cell& cell) {
  return std::any_of(run.parities.begin(), run.parities.end(), [&](const Parity& parity) {
    return parity.status == Parity::Status::kFailed && parity.model == cell.model.name &&
           parity.backend == cell.backend.name;
  });
}

/// The worst of what its replicas came to.
TestCase judged(const MeasuredBenchmark& benchmark, const MeasuredRun& run) {
  using Kind = TestCase::Kind;
  TestCase test;
  if (benchmark.replicas.empty()) test.kind = Kind::kSkipped;
  const bool is_wrong = failed_parity(run, *benchmark.cell);
  for (const Record* record : benchmark.replicas) {
    const Outcome& outcome = record->outcome;
    Kind kind = Kind::kPassed;
    if (outcome.status == Status::kSkipped && benchmark.count(Status::kPassed) == 0) {
      kind = Kind::kSkipped;
    }
    if (outcome.status == Status::kFailed) {
      const bool is_breach = outcome.exit_code == ExitCode::kDeterminismBreach;
      kind = is_breach || is_wrong ? Kind::kFailure : Kind::kError;
    }
    if (kind <= test.kind) continue;
    test.kind = kind;
    test.because = record;
  }
  return test;
}

std::string verdict_element(const TestCase& test, bool is_wrong) {
  if (test.kind == TestCase::Kind::kPassed) return "";
  if (test.because == nullptr) {
    return "      <skipped message=\"the run ended before it was measured\"/>\n";
  }
  const Outcome& outcome = test.because->outcome;
  if (test.kind == TestCase::Kind::kSkipped) {
    return fmt::format("      <skipped message=\"{}\"/>\n", xml_attribute(outcome.reason));
  }
  const char* element = test.kind == TestCase::Kind::kFailure ? "failure" : "error";
  const bool is_breach = outcome.exit_code == ExitCode::kDeterminismBreach;
  const std::string type = is_wrong && !is_breach ? "parity" : describe(outcome.exit_code);
  const std::string phase = outcome.phase.empty() ? "" : " in phase " + outcome.phase;
  return fmt::format("      <{0} type=\"{1}\" message=\"{2}\">replica {3} failed{4}: {5}</{0}>\n",
                     element, xml_attribute(type), xml_attribute(outcome.reason),
                     test.because->replica, xml_text(phase), xml_text(outcome.reason));
}

/// What the workers of failed replicas printed last.
std::string output_of(const MeasuredBenchmark& benchmark) {
  std::string text;
  for (const Record* record : benchmark.replicas) {
    if (record->outcome.output.empty()) continue;
    text += fmt::format("replica {}:\n{}\n", record->replica, record->outcome.output);
  }
  return text;
}

/// That all its replicas took together; "" where nothing was measured.
std::string time_attribute(const MeasuredBenchmark& benchmark) {
  double seconds = 0.0;
  for (const Record* record : benchmark.replicas) {
    const double took = replica_seconds(*record);
    if (std::isfinite(took)) seconds += took;
  }
  return seconds > 0.0 ? fmt::format(" time=\"{:.6f}\"", seconds) : "";
}

TestCase test_case(const MeasuredBenchmark& benchmark, const MeasuredRun& run) {
  TestCase test = judged(benchmark, run);
  const Cell& cell = *benchmark.cell;
  test.text = fmt::format("    <testcase classname=\"{}\" name=\"{}\"{}>\n",
                          xml_attribute(cell.model.name + "." + cell.backend.name),
                          xml_attribute(benchmark.name), time_attribute(benchmark)) +
              verdict_element(test, failed_parity(run, cell));
  test.text +=
      fmt::format("      <system-out>{}</system-out>\n", xml_text(run.command_for(benchmark.name)));
  if (const std::string output = output_of(benchmark); !output.empty()) {
    test.text += fmt::format("      <system-err>{}</system-err>\n", xml_text(output));
  }
  test.text += "    </testcase>\n";
  return test;
}

std::vector<TestSuite> suites_of(const MeasuredRun& run) {
  std::vector<TestSuite> suites;
  for (const MeasuredBenchmark& benchmark : benchmarks_of(run)) {
    const std::string name = benchmark.cell->model.name + "/" + benchmark.cell->backend.name;
    auto suite = std::find_if(suites.begin(), suites.end(),
                              [&](const TestSuite& one) { return one.name == name; });
    if (suite == suites.end()) suite = suites.insert(suites.end(), {name});
    suite->cases.push_back(test_case(benchmark, run));
  }
  return suites;
}

}  // namespace

std::string junit_report(const Report& report) {
  const MeasuredRun& run = report.run;
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites name=\"{}\">\n", xml_attribute("ndbench " + run.suite()));
  for (const TestSuite& suite : suites_of(run)) {
    text += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "timestamp=\"{}\" hostname=\"{}\">\n",
        xml_attribute(suite.name), suite.cases.size(), suite.count(TestCase::Kind::kFailure),
        suite.count(TestCase::Kind::kError), suite.count(TestCase::Kind::kSkipped),
        xml_attribute(run.started()), xml_attribute(run.machine.host_name));
    for (const TestCase& test : suite.cases) text += test.text;
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

}  // namespace ndbench
