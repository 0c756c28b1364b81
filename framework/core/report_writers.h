#pragma once

#include <string>

#include "core/report.h"

// The forms of a report that are for other programs; framework/docs/report_formats.md has a table
// of them. All are strict: a number that is not finite is left out or null, and no text breaks what
// is around it.
namespace ndbench {

/// Google Benchmark's JSON (google/benchmark, docs/user_guide.md and src/json_reporter.cc, schema
/// version 1) with ndbench's quantities beside its own, as `ndbench_suite --benchmark_format=json`
/// prints it. Times in milliseconds; what is not known of the machine is left out.
[[nodiscard]] std::string json_report(const Report& report);

/// The same rows as `ndbench_suite --benchmark_format=csv` prints them: RFC 4180, a fixed set of
/// columns, of which google/benchmark, src/csv_reporter.cc has the first. Times in milliseconds.
[[nodiscard]] std::string csv_report(const Report& report);

/// JUnit's XML as Jenkins takes it (jenkinsci/xunit-plugin, junit-10.xsd; GitLab reads the same): a
/// suite for each model and backend, a case for each benchmark. Times in seconds.
[[nodiscard]] std::string junit_report(const Report& report);

/// Bencher Metric Format (bencher.dev, docs/reference/bencher-metric-format): `latency` in
/// nanoseconds, `overhead` as a share, `quality-…` and `spread-…` in the metric's unit.
[[nodiscard]] std::string bmf_report(const Report& report);

/// The array that benchmark-action/github-action-benchmark takes as customSmallerIsBetter
/// (README.md there): times in milliseconds, ratios to the reference mode's time, and those results
/// of which less is better.
[[nodiscard]] std::string gha_report(const Report& report);

/// LNT's report, format version 2, of its test suite `nts` (llvm/llvm-lnt,
/// docs/importing_data.rst): `execution_time` in seconds and `score` of every replica, `mem_bytes`
/// in bytes.
[[nodiscard]] std::string lnt_report(const Report& report);

/// Comma-separated values for Apache Otava (apache/otava, docs/CSV.md): a row for each run of the
/// suite so far, a column for each of the histories. Times in seconds.
/// @throws ResultsError if there is no database of results to read them from.
[[nodiscard]] std::string otava_report(const Report& report);

/// Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), as
/// node_exporter's textfile collector takes it: no time stamps, base units in the names.
[[nodiscard]] std::string prom_report(const Report& report);

}  // namespace ndbench
