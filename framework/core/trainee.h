#pragma once

#include <cstddef>
#include <memory>

#include "core/record.h"
#include "core/worker.h"

namespace ndbench {

/// One replica of one cell while it is measured: the record that grows, and the worker that is
/// asked. Once a request has failed the later ones are not sent.
struct Trainee {
  std::size_t cell = 0;
  Record record;
  std::unique_ptr<Worker> worker{};  ///< null before the start and after a failure

  [[nodiscard]] bool has_passed() const { return record.outcome.status == Status::kPassed; }

  /// Runs `call` unless this trainee has failed; a failure becomes the record's outcome.
  template <typename Call>
  void attempt(Call call) {
    if (!has_passed()) return;
    try {
      call();
    } catch (const WorkerFailed& failure) {
      record.outcome = failure.outcome;
      add_left(failure.left);
      end_worker();
    }
  }

  /// After a PrepareRequest was sent.
  void await_prepared();

  /// Asks for `settle` untimed steps, then `steps` timed ones, without adding them to the record.
  /// @throws WorkerFailed, for attempt() to catch.
  [[nodiscard]] StepSamples ask_steps(int settle, int steps, bool is_pilot = false);

  /// Takes the answer to a PrepareRequest.
  /// @throws WorkerFailed where a knob is not in force.
  void take(Prepared prepared);

  /// Trains `settle` untimed steps, then `steps` timed ones. A pilot's are traced too.
  void train(int settle, int steps, bool is_pilot = false);

  /// Takes the answer to an EpochRequest. The record keeps the logits of the last epoch alone.
  void take(EpochSample sample);

  /// Takes the answer to a StateRequest.
  void take(State state);

  /// Threads within an operation, times the shards that are trained at once, as read back from the
  /// worker's libraries; 1 if they do not say.
  [[nodiscard]] int threads() const;

  /// The GPU that it computes on, by its UUID; "" for none.
  [[nodiscard]] std::string gpu() const;

  /// Hashes the state as it is now, for the record.
  void take_state();

  /// Lets the worker leave.
  void finish();

  /// Takes the answer to a FinishRequest: the worker has left.
  void take(const Finished& finished);

  /// Ends the worker, if there is one, and all that it started.
  void end_worker();

  void add_left(const LeftProcesses& left);

  /// Moves the points of an answer to the record.
  void add_trace(std::vector<TracePoint>& points);
};

}  // namespace ndbench
