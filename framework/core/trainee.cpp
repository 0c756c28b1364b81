#include "core/trainee.h"

namespace ndbench {

void Trainee::await_prepared() {
  attempt([&] {
    auto prepared = worker->await<Prepared>();
    record.prepare_seconds = prepared.seconds;
    record.in_force = std::move(prepared.in_force);
    record.libraries = std::move(prepared.libraries);
  });
}

void Trainee::train(int settle, int steps) {
  attempt([&] {
    const auto more = worker->ask<StepSamples>(StepsRequest{settle, steps});
    if (more.seconds.size() != static_cast<std::size_t>(steps) ||
        more.losses.size() != static_cast<std::size_t>(settle) + more.seconds.size()) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed,
                                "the worker answered with another number of steps than asked for",
                                "train")};
    }
    StepSamples& all = record.steps;
    all.seconds.insert(all.seconds.end(), more.seconds.begin(), more.seconds.end());
    all.losses.insert(all.losses.end(), more.losses.begin(), more.losses.end());
    all.cpu_seconds += more.cpu_seconds;
    all.batch_size = more.batch_size;
  });
}

void Trainee::train_epochs(int count) {
  attempt([&] {
    for (int epoch = static_cast<int>(record.epochs.size()); epoch < count; ++epoch) {
      record.epochs.push_back(worker->ask<EpochSample>(EpochRequest{epoch}));
    }
  });
}

void Trainee::take_state() {
  attempt([&] { record.state = worker->ask<State>(StateRequest{}); });
}

void Trainee::finish() {
  attempt([&] {
    record.peak_memory_bytes = worker->ask<Finished>(FinishRequest{}).peak_memory_bytes;
    worker.reset();
  });
}

}  // namespace ndbench
