#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ndbench/error.h"
#include "ndbench/parameters.h"
#include "ndbench/sharding.h"

namespace at {
class Tensor;
}

namespace ndbench {

/// One seed per noise factor. A factor that does not vary in a mode has the same seed in every
/// replica; a factor that varies has another one in each.
struct Seeds {
  std::uint64_t init = 0;     ///< initial weights
  std::uint64_t order = 0;    ///< order of the training examples
  std::uint64_t augment = 0;  ///< random transformations of the inputs
  std::uint64_t dropout = 0;  ///< stochastic layers
};

/// What a Task is made from.
struct TaskContext {
  Parameters parameters;
  Seeds seeds;
  std::string device;                            ///< as c10::Device reads it: "cpu", "cuda:0"
  std::vector<std::filesystem::path> data_path;  ///< folders to look for data sets in, in order
  Sharding sharding{};                           ///< of each training step's batch
};

/// Right and wrong decisions on a part of the test set.
///
/// Of a class: each of its examples is a decision, found or not; the negatives are all other
/// examples. Of an attribute: one decision for each example. Of a sub-group: one for each attribute
/// of each member.
struct Slice {
  std::string name;  ///< "class/Dress", "group/Female", "attribute/Bald"
  std::int64_t examples = 0;
  std::int64_t decisions = 0;
  std::int64_t correct = 0;          ///< decisions that were right
  std::int64_t positives = 0;        ///< decisions where "yes" is right
  std::int64_t false_negatives = 0;  ///< "no" said to one of them
  std::int64_t negatives = 0;        ///< decisions where "no" is right
  std::int64_t false_positives = 0;  ///< "yes" said to one of them
};

/// The result of one pass over the test set.
struct Evaluation {
  std::string metric;  ///< "accuracy", "mse"
  double value = 0.0;
  bool higher_is_better = true;
  std::int64_t examples = 0;
  /// Class of each test example in set order, or 0 and 1 for each attribute of each; may be empty.
  std::vector<std::int32_t> predictions{};
  std::vector<std::int32_t> targets{};  ///< what is right, laid out as the predictions
  /// [examples, classes or attributes] row-major, in set order: what the predictions were decided
  /// from; may be empty.
  std::vector<float> logits{};
  std::map<std::string, double> other{};  ///< further results by name: "mse_of_last_frame"
  std::vector<Slice> slices{};            ///< classes, attributes, sub-groups
};

/// Sees each tensor of a training state or of a batch under a stable name.
using StateVisitor = std::function<void(const std::string& name, const at::Tensor& value)>;

/// A network with its data, loss and optimizer, ready to train.
///
/// The host alone calls it, on one thread, with a Scope of the backend alive:
///   start_epoch (next_batch train_step*)* [evaluate]   any number of times, visit_state in
///   between.
class NDBENCH_API Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task();

  /// Starts the pass number `epoch`, counted from 0: the order of the examples is a function of
  /// the order seed and this number alone.
  virtual void start_epoch(std::int64_t epoch) = 0;

  /// Puts the next batch on the device.
  /// @return its number of examples; 0 when the epoch is over, and then no batch is loaded.
  virtual std::int64_t next_batch() = 0;

  /// Waits until nothing works any more in the background at batches to come. The host calls it
  /// before it times a single step; in an epoch reading ahead is a part of what is timed.
  virtual void settle_input() {}

  /// Queues forward, backward and one optimizer step on the batch that next_batch() loaded.
  /// May be called again on the same batch.
  /// @return loss over the batch, scalar float32 (or float64) on the device. Never read here:
  ///         reading synchronizes, and the host synchronizes at the edges of the timed region.
  virtual at::Tensor train_step() = 0;

  /// Visits the tensors of the batch that next_batch() loaded: "inputs", "targets". None when no
  /// batch is loaded. They are the ones that train_step() reads, not copies.
  virtual void visit_batch(const StateVisitor& visit) const = 0;

  /// Visits what the network put out in the last train_step(), detached: "logits" [N, classes]. A
  /// task that shows nothing here is not compared by its outputs.
  virtual void visit_outputs(const StateVisitor& visit) const;

  /// Runs the network over the whole test set without training. Leaves the state as it was.
  virtual Evaluation evaluate() = 0;

  /// Visits parameters, buffers and optimizer state, always in the same order.
  virtual void visit_state(const StateVisitor& visit) const = 0;

  /// How many shards train_step() cuts a batch into: as many as TaskContext::sharding says, or 1.
  [[nodiscard]] virtual std::size_t shards() const { return 1; }

  /// What the task itself has chosen or found out while it was made, beside the backend's
  /// settings: "engine" → "jit:avx2". Recorded with them, under names that they do not have.
  [[nodiscard]] virtual std::map<std::string, std::string> in_force() const { return {}; }
};

/// A model plugin: says what it can be asked for, and makes Tasks.
class NDBENCH_API Model {
 public:
  Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model();

  /// The keys that a suite may set in this model's table, in the order to document them.
  [[nodiscard]] virtual std::vector<Parameter> parameters() const = 0;

  /// Reads the data, builds the network on `context.device` and initializes it from the seeds.
  /// @throws ndbench::Error if the data cannot be had or the parameters do not fit together.
  [[nodiscard]] virtual std::unique_ptr<Task> create_task(const TaskContext& context) const = 0;
};

}  // namespace ndbench
