#pragma once

// Tasks that take no data and run the same step again and again, as the host uses them.
#include "model_plugin.h"

namespace ndbench {

/// A task on the CPU.
inline std::unique_ptr<Task> make_plain_task(const Model& model,
                                             const std::map<std::string, ParameterValue>& settings,
                                             std::uint64_t init_seed = 1) {
  return model.create_task({.parameters = with(model, settings),
                            .seeds = {init_seed, 2, 3, 4},
                            .device = "cpu",
                            .data_path = {}});
}

/// What a parameter may be.
inline std::vector<std::string> choices(const Model& model, const std::string& name) {
  for (const Parameter& parameter : model.parameters()) {
    if (parameter.name == name) return parameter.choices;
  }
  return {};
}

/// The state after a step on the batch of a new epoch.
inline State step(Task& task) {
  task.start_epoch(0);
  EXPECT_EQ(task.next_batch(), 1);
  const at::Tensor loss = task.train_step();
  EXPECT_EQ(loss.dim(), 0);
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_FALSE(loss.requires_grad());
  EXPECT_EQ(task.next_batch(), 0);
  return state_of(task);
}

}  // namespace ndbench
