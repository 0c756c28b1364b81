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
      worker.reset();
    }
  }

  /// After a PrepareRequest was sent.
  void await_prepared();

  /// Trains `settle` untimed steps, then `steps` timed ones.
  void train(int settle, int steps);

  /// Trains the epochs from the number that the record has to `count`.
  void train_epochs(int count);

  /// Hashes the state as it is now, for the record.
  void take_state();

  /// Lets the worker leave.
  void finish();
};

}  // namespace ndbench
