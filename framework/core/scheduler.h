#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "core/plan.h"
#include "core/record.h"
#include "core/roster.h"
#include "core/step_round.h"
#include "core/worker.h"

namespace ndbench {

/// Decides when each replica of each cell is measured, and measures it in fresh workers.
///
/// The cells of a group (same model, backend and scope, different modes) are measured together,
/// replica by replica. Steps: a worker per mode, all alive, train blocks in block_order(). Epochs:
/// one worker after another, in that order too.
class Scheduler {
 public:
  struct Options {
    std::uint64_t suite_seed = 0;
    int default_threads = 1;  ///< for backends that name none
    std::vector<std::filesystem::path> data_path;
  };

  /// Told of each record when it is complete, before the next is begun.
  using RecordObserver = std::function<void(const Record&)>;

  /// Told which replica of which cell is about to be measured.
  using StartObserver = std::function<void(const Cell&, int replica)>;

  Scheduler(Plan plan, Roster roster, Options options, StartWorker start_worker,
            StartObserver on_start, RecordObserver on_record);

  /// The record of one replica: measured now, with its group, unless it has been already.
  ///
  /// A cell that failed is not tried again: later replicas repeat its outcome. A replica of a
  /// mode that must repeat fails if its state differs from replica 0's by one bit.
  /// @throws Interrupted, and whatever the observers throw.
  const Record& measure(std::size_t cell, int replica);

  [[nodiscard]] const Plan& plan() const { return plan_; }

 private:
  void measure_round(const std::vector<std::size_t>& group, int replica);
  void measure_steps(std::vector<Trainee>& trainees, int replica);
  void measure_epochs(std::vector<Trainee>& trainees, int replica);
  Trainee make_trainee(std::size_t cell, int replica);
  void start(Trainee& trainee);
  void complete(Trainee& trainee);
  void check_repetition(Trainee& trainee);

  Plan plan_;
  Roster roster_;
  Options options_;
  StartWorker start_worker_;
  StartObserver on_start_;
  RecordObserver on_record_;
  std::map<std::pair<std::size_t, int>, Record> records_;
  std::map<std::size_t, Outcome> given_up_;        ///< cells that are not tried again
  std::map<std::size_t, State> first_state_;       ///< replica 0's, of modes that must repeat
  std::map<std::string, StepCounts> step_counts_;  ///< by group: the same for all its replicas
  std::map<std::string, int> epoch_counts_;
};

}  // namespace ndbench
