#include "core/gate.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/gate_findings.h"
#include "core/gate_history.h"
#include "core/gate_text.h"
#include "core/standard_output.h"
#include "core/store.h"

namespace ndbench {

ExitCode gate(const GateOptions& options) {
  const auto database = open_store_to_read(options.results);
  std::vector<Finding> findings;
  std::size_t judged = 0;
  std::size_t runs = 0;
  JudgedRun run;
  try {
    run = find_run(*database, options.run);
    const auto look_at = [&](const auto& histories) {
      judged += histories.size();
      for (const auto& history : histories) {
        if (auto finding = finding_in(history)) findings.push_back(std::move(*finding));
      }
    };
    const std::vector<History> histories = histories_of(*database, run);
    for (const History& history : histories) runs = std::max(runs, history.values.size());
    look_at(histories);
    look_at(states_of(*database, run));
  } catch (const SQLite::Exception& error) {
    throw_store_error(options.results / kStoreFile, error);
  }
  sort_by_weight(findings);
  write_stdout(gate_text(run, findings, judged, runs));
  const ExitCodes codes = exit_codes_of(findings);
  if (const std::string text = codes.text(); !text.empty()) {
    std::fputs(("ndbench: " + text + "\n").c_str(), stderr);
  }
  return codes.worst();
}

}  // namespace ndbench
