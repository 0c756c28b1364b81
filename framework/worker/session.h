#pragma once

#include <memory>

#include "worker/channel.h"

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

  /// The phase that the session is in; for the Failure that an exception becomes.
  [[nodiscard]] const std::string& phase() const { return phase_; }
  void enter_phase(const std::string& phase);

 private:
  std::int64_t load_full_batch();

  Channel& channel_;
  std::string phase_ = "load";
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Scope> scope_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Task> task_;
  std::int64_t epoch_ = -1;
  std::int64_t batch_size_ = 0;
};

}  // namespace ndbench
