#include "core/record.h"

#include "core/statistics.h"

namespace ndbench {
namespace {

double mean_of(const std::vector<EpochSample>& epochs, double (*seconds)(const EpochSample&)) {
  std::vector<double> values;
  for (const EpochSample& epoch : epochs) values.push_back(seconds(epoch));
  return mean(values);
}

}  // namespace

int Record::iterations() const {
  return static_cast<int>(cell.scope == ScopeKind::kStep ? steps.seconds.size() : epochs.size());
}

double Record::real_seconds() const {
  if (cell.scope == ScopeKind::kStep) return median(steps.seconds);
  return mean_of(epochs, [](const EpochSample& epoch) {
    return epoch.train_seconds + epoch.evaluate_seconds;
  });
}

double Record::cpu_seconds() const {
  if (cell.scope == ScopeKind::kStep) {
    return steps.cpu_seconds / static_cast<double>(steps.seconds.size());
  }
  return mean_of(epochs, [](const EpochSample& epoch) { return epoch.cpu_seconds; });
}

double Record::samples_per_second() const {
  const std::int64_t examples = cell.scope == ScopeKind::kStep ? steps.batch_size
                                : epochs.empty()               ? 0
                                                               : epochs.back().examples;
  return static_cast<double>(examples) / real_seconds();
}

bool Record::ends_cell() const {
  if (outcome.status == Status::kPassed) return false;
  if (outcome.exit_code == ExitCode::kDeterminismBreach) return false;
  return outcome.status != Status::kSkipped || !cell.mode.environment;
}

const Evaluation* Record::evaluation() const {
  return epochs.empty() ? nullptr : &epochs.back().evaluation;
}

}  // namespace ndbench
