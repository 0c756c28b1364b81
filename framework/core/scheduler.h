#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/epoch_lanes.h"
#include "core/machine.h"
#include "core/parity.h"
#include "core/plan.h"
#include "core/plugin_file.h"
#include "core/record.h"
#include "core/repetition.h"
#include "core/replica_setup.h"
#include "core/roster.h"
#include "core/step_cost.h"
#include "core/step_round.h"
#include "core/worker.h"

namespace ndbench {

/// Decides when each replica of each cell is measured, and measures it in fresh workers.
///
/// The cells of a group (same model, backend and scope, different modes) are measured together,
/// replica by replica. Steps: a worker per mode, all alive, train blocks in block_order(). Epochs:
/// one worker after another, in that order too; or all replicas of a group side by side in lanes.
/// Before the first of a model on a backend, that backend passes parity or none of these cells is
/// measured: what is wrong would else be put down to the hardware.
class Scheduler {
 public:
  struct Options {
    ReplicaSetup::Options setup{};
    std::function<double()> seconds = monotonic_seconds;
    ReadHost read_host = ndbench::read_host;         ///< before and after each block of steps
    PluginSearch reference{};                        ///< the backend of parity's reference
    PluginSearch sharded_reference{};                ///< of backends that cut batches into shards
    std::function<void(const Parity&)> on_parity{};  ///< told of each check when it is complete
    std::vector<Lane> lanes{};        ///< for epoch replicas side by side; none: one after another
    WaitForAny wait_for_any{};        ///< needed where there are lanes
    std::filesystem::path scratch{};  ///< for snapshots of replica 0; "": none are taken
    int retries = 0;                  ///< of a replica whose worker is lost
    /// Told of each attempt that does not count, before the next one.
    std::function<void(const Record&)> on_retry{};
  };

  /// Told of records when they are complete, before the next are begun: of steps all those of a
  /// round, which count together or not at all; of epochs each by itself. They stay where they are
  /// as long as the Scheduler is there.
  using RecordObserver = std::function<void(std::span<const Record* const>)>;

  /// Told which replica of which cell is about to be measured, before each attempt.
  using StartObserver = std::function<void(const Cell&, int replica)>;

  Scheduler(Plan plan, Roster roster, Options options, StartWorker start_worker,
            StartObserver on_start, RecordObserver on_records);

  /// Goes on from what an earlier run of the same plan has measured, before anything is measured.
  /// @return the records where they stay; the observer is not told of them.
  std::vector<const Record*> restore(std::vector<Record> records,
                                     const std::vector<Parity>& parities);

  /// The record of one replica: measured now, with its group, unless it has been already. Where
  /// epoch replicas run side by side, all those of the group are measured now.
  ///
  /// A replica whose worker is lost is measured again in another, as often as Options::retries
  /// says; steps in all modes of the group, so that pairs stay pairs. A cell that failed is not
  /// tried again: later replicas repeat its outcome. A replica of a
  /// mode that must repeat fails if its state differs from replica 0's by one bit.
  /// @throws Interrupted, and whatever the observers throw.
  const Record& measure(std::size_t cell, int replica);

  /// Whether the cell's group was measured often enough for the plan's precision, or for as long
  /// or as often as it may, so that it needs no replica of this number. False for one measured.
  [[nodiscard]] bool is_enough(std::size_t cell, int replica);

  /// Of each group that stopped short of the precision: "m/cpu/step: stopped after …".
  [[nodiscard]] const std::vector<std::string>& unmet() const { return unmet_; }

  [[nodiscard]] const Plan& plan() const { return plan_; }

 private:
  std::vector<Trainee> make_round(const std::vector<std::size_t>& group, int replica);
  void measure_steps(std::vector<Trainee>& trainees, int replica, double start);
  void train_round(std::vector<Trainee>& trainees, int replica);
  void measure_epochs(const std::vector<std::size_t>& group, int replica);
  [[nodiscard]] bool may_try_again(const Trainee& trainee) const;
  Trainee next_attempt(const Trainee& trainee, Outcome why);
  void pass_parity(const Cell& cell);
  void take(const Parity& parity);
  void restore_counts(const Record& record);
  void restore_sequence(const std::vector<std::size_t>& group);
  void start(Trainee& trainee, const Lane& lane);
  int epochs(const Record& record);
  void complete(Trainee& trainee);
  void hand_out();
  void leave_out(Trainee& trainee);
  [[nodiscard]] GroupCost cost_so_far(const std::vector<std::size_t>& group, int replicas) const;
  void drop_snapshots(std::size_t cell) const;
  [[nodiscard]] TraceRequest trace_request(std::size_t cell, int replica) const;

  Plan plan_;
  ReplicaSetup setup_;
  Options options_;
  Lane whole_machine_;
  StartObserver on_start_;
  RecordObserver on_records_;
  std::map<std::pair<std::size_t, int>, Record> records_;
  std::vector<const Record*> complete_;            ///< that the observer has yet to be told of
  std::map<std::size_t, Outcome> given_up_;        ///< cells that are not tried again
  Repetition repetition_;                          ///< of modes that must repeat in one environment
  std::map<std::string, StepCounts> step_counts_;  ///< by group: the same for all its replicas
  std::map<std::string, int> epoch_counts_;

  /// What a group's steps have come to, where their number is decided as they go on.
  struct Sequence {
    int replicas = 0;
    double seconds = 0.0;
    bool is_over = false;
  };
  std::map<std::string, Sequence> sequences_;
  std::vector<std::string> unmet_;
  std::set<std::pair<std::string, std::string>> parity_checked_;  ///< model and backend
};

}  // namespace ndbench
