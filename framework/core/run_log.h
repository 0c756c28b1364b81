#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/exit_code.h"
#include "core/failure_log.h"
#include "core/journal.h"
#include "core/machine.h"
#include "core/parity.h"
#include "core/plan.h"
#include "core/progress.h"
#include "core/record.h"

namespace ndbench {

/// Line on stderr: "ndbench_suite: …". That may be closed or full: no reason to stop.
void say(const std::string& text);

/// What a run has come to so far. Records are kept in the journal before they count, and told of on
/// stderr.
class RunLog {
 public:
  /// @param journal  where lines are kept; nullptr: nowhere. Like `plan` and `machine` it outlives
  ///                 this object.
  RunLog(const Plan& plan, const Machine& machine, Journal* journal, Progress::Seconds elapsed);

  /// Takes what an earlier run has kept.
  void restore(std::span<const Record* const> records, const std::vector<Parity>& parities);

  /// A replica is about to be measured, for the first time or once more.
  void start(const Cell& cell, int replica);

  /// An attempt failed that does not count: another one follows.
  void retry(const Record& record);

  /// Keeps records that count together. They stay where they are while this object is there.
  /// @throws ResultsError; then none of them counts.
  void take(std::span<const Record* const> records);
  void take(const Parity& parity);

  /// Takes the line of progress off the terminal.
  void clear() { progress_.clear(); }

  /// By cell in the plan's order, then by replica, in whatever order they ended.
  [[nodiscard]] std::vector<const Record*> records() const;

  [[nodiscard]] const std::map<std::pair<std::string, std::string>, Parity>& parities() const {
    return parities_;
  }
  [[nodiscard]] const ExitCodes& codes() const { return codes_; }

 private:
  void count(const Record& record);

  const Plan& plan_;
  const Machine& machine_;
  Journal* journal_;
  Progress progress_;
  FailureLog failures_;
  std::set<std::pair<std::string, int>> begun_;  ///< by cell and replica
  std::vector<const Record*> records_;
  std::map<std::pair<std::string, std::string>, Parity> parities_;  ///< by model and backend
  ExitCodes codes_;
};

}  // namespace ndbench
