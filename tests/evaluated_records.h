#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "core/record.h"

// Records of epoch cells, made by hand.
namespace ndbench {

inline Mode built_in(const std::string& name) {
  for (const Mode& mode : built_in_modes()) {
    if (mode.name == name) return mode;
  }
  return {.name = name};
}

/// A replica that was evaluated once.
inline Record evaluated(int replica, Evaluation evaluation) {
  Record record;
  record.cell.model.name = "m";
  record.cell.backend.name = "cpu";
  record.cell.mode = built_in("noisy");
  record.cell.scope = ScopeKind::kEpoch;
  record.replica = replica;
  record.prepare_seconds = 0.5;
  EpochSample epoch;
  epoch.train_seconds = 1.5;
  epoch.evaluate_seconds = 0.5;
  epoch.examples = 100;
  epoch.evaluation = std::move(evaluation);
  record.epochs = {epoch};
  record.state.hash = "state" + std::to_string(replica);
  return record;
}

/// The decisions of a network about classes "a" and "b", all counts consistent.
inline Evaluation two_class_evaluation(const std::vector<std::int32_t>& targets,
                                       const std::vector<std::int32_t>& predictions) {
  Evaluation evaluation{.metric = "accuracy",
                        .examples = static_cast<std::int64_t>(targets.size()),
                        .predictions = predictions,
                        .targets = targets,
                        .slices = {{.name = "class/a"}, {.name = "class/b"}}};
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    for (std::int32_t c = 0; c < 2; ++c) {
      Slice& slice = evaluation.slices[static_cast<std::size_t>(c)];
      const bool is = targets[i] == c;
      const bool said = predictions[i] == c;
      slice.examples += is ? 1 : 0;
      slice.decisions += is ? 1 : 0;
      slice.correct += is && said ? 1 : 0;
      slice.positives += is ? 1 : 0;
      slice.false_negatives += is && !said ? 1 : 0;
      slice.negatives += is ? 0 : 1;
      slice.false_positives += !is && said ? 1 : 0;
    }
    correct += targets[i] == predictions[i] ? 1 : 0;
  }
  evaluation.value = static_cast<double>(correct) / static_cast<double>(targets.size());
  return evaluation;
}

inline std::vector<const Record*> pointers(const std::vector<Record>& records) {
  std::vector<const Record*> result;
  for (const Record& record : records) result.push_back(&record);
  return result;
}

}  // namespace ndbench
