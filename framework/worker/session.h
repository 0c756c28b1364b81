#pragma once

#include <memory>
#include <optional>

#include "worker/channel.h"
#include "worker/run_queue.h"
#include "worker/short_turns.h"
#include "worker/stopwatch.h"
#include "worker/trace.h"

namespace ndbench {

/// One task on one backend, from its making to its end. Each function does what the request of
/// the same name says, and throws what the plugin throws.
class Session {
 public:
  /// Tells the supervisor of each phase before plugin code of that phase runs.
  explicit Session(Channel& channel) : channel_(channel) {}

  [[nodiscard]] Prepared prepare(const PrepareRequest& request);
  [[nodiscard]] StepSamples train_steps(const StepsRequest& request);
  [[nodiscard]] EpochSample train_epoch(const EpochRequest& request);
  [[nodiscard]] State state();
  [[nodiscard]] Finished finish();
  [[nodiscard]] Probe probe(const ProbeRequest& request);

  /// The phase that the session is in; for the Failure that an exception becomes.
  [[nodiscard]] const std::string& phase() const { return phase_; }
  void enter_phase(const std::string& phase);

 private:
  std::int64_t load_full_batch();
  at::Tensor train_guarded_step();
  at::Tensor train_untimed_step();
  at::Tensor train_timed_step(StepSamples& samples);
  void add_trace_point(std::vector<TracePoint>& points);

  Channel& channel_;
  std::string phase_ = "load";
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Scope> scope_;
  std::optional<ShortTurns> short_turns_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Task> task_;
  std::int64_t epoch_ = -1;
  std::int64_t batch_size_ = 0;
  RunQueue run_queue_;
  int guarded_steps_ = 0;   ///< whose inputs were watched
  Pause guarding_;          ///< for watching them
  std::int64_t steps_ = 0;  ///< trained so far, timed or not
  Trace trace_;
};

}  // namespace ndbench
