#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/gate_findings.h"

namespace SQLite {
class Database;
}

namespace ndbench {

/// A run in the database of results.
struct JudgedRun {
  std::string run;      ///< its id
  std::string started;  ///< UTC
  std::string suite;    ///< its name
  std::string suite_hash;
  std::string suite_file;
  std::string commit;
  std::string host;
  std::string fragment{};                  ///< its folder's name; "" if it was removed
  std::vector<std::string> place_flags{};  ///< as of run_header.h
};

/// The run whose id begins with `digits`; the newest of all without any.
/// @throws UsageError if there is none, or `digits` fit to several.
[[nodiscard]] JudgedRun find_run(SQLite::Database& database, const std::string& digits);

/// What of the run did not pass, and why: a line for each of the first benchmarks.
[[nodiscard]] std::vector<std::string> failures_of(SQLite::Database& database,
                                                   const JudgedRun& run);

/// A run's replicas of a benchmark that passed.
struct Night {
  std::string run;
  std::string commit;
  std::string started{};          ///< UTC
  std::vector<double> seconds{};  ///< of those that ran alone
  std::string metric{};
  bool higher_is_better = false;
  std::vector<double> results{};
  std::vector<std::vector<double>> curves{};  ///< the result after each epoch, of each replica
  std::vector<std::string> states{};          ///< state hashes
};

/// A benchmark of the judged run on a target, and in the runs of the same suite before it.
struct BenchmarkHistory {
  std::string name;
  std::string mode;
  std::string target;         ///< 16 hexadecimal digits
  std::vector<Night> nights;  ///< oldest first; the last is the judged one
};

/// How far back histories go.
inline constexpr int kMostRuns = 365;

/// Of every benchmark of the run of which a replica passed, by target and name.
[[nodiscard]] std::vector<BenchmarkHistory> benchmark_histories(SQLite::Database& database,
                                                                const JudgedRun& run);

/// Of times where there are kFewestForNight replicas or more (their median), of results (their
/// mean), and where the suite has a `target` for them of the epochs that it took to get there: the
/// mean, with those that did not taken to need one more than they had.
[[nodiscard]] std::vector<History> histories_of(const std::vector<BenchmarkHistory>& benchmarks,
                                                const std::optional<double>& target = {});

[[nodiscard]] std::vector<SpreadHistory> spreads_of(
    const std::vector<BenchmarkHistory>& benchmarks);

/// The state in which all replicas of a benchmark in mode fixed ended; "" if the mode is another,
/// there is none, or only one replica.
[[nodiscard]] std::string fixed_state(const Night& night, const std::string& mode);

/// Of every benchmark in mode fixed of which two replicas or more ended in one state, in the judged
/// run and in the newest such run before it.
[[nodiscard]] std::vector<StateHistory> states_of(const std::vector<BenchmarkHistory>& benchmarks);

}  // namespace ndbench
