// A classifier's evaluation without its training: decides better with every epoch, and differently
// for every init seed.

#include <vector>

#include "ndbench/plugin.h"
#include "tiny_task.h"

namespace {

constexpr std::int64_t kExamples = 40;
constexpr std::int32_t kClasses = 4;

/// A number in [0, 1) that depends on all three.
double uniform(std::uint64_t seed, std::int64_t epoch, std::int64_t index) {
  std::uint64_t bits =
      seed + 0x9e3779b97f4a7c15U * static_cast<std::uint64_t>(epoch * 1000 + index);
  for (int round = 0; round < 3; ++round) bits = (bits ^ (bits >> 29U)) * 0x94d049bb133111ebU;
  return static_cast<double>(bits >> 11U) * 0x1p-53;
}

class ScatterTask final : public ndbench::TinyTask {
 public:
  explicit ScatterTask(const ndbench::TaskContext& context)
      : TinyTask(context.seeds),
        seed_(context.seeds.init),
        has_logits_(context.parameters.boolean("logits")) {}

  void start_epoch(std::int64_t epoch) override {
    TinyTask::start_epoch(epoch);
    epoch_ = epoch;
  }

  ndbench::Evaluation evaluate() override {
    ndbench::Evaluation evaluation{.metric = "accuracy", .examples = kExamples};
    std::int64_t correct = 0;
    for (std::int64_t example = 0; example < kExamples; ++example) {
      const auto target = static_cast<std::int32_t>(example % kClasses);
      const bool wrong = uniform(seed_, epoch_, example) < 0.6 / static_cast<double>(1 + epoch_);
      const std::int32_t decided = wrong ? (target + 1) % kClasses : target;
      correct += wrong ? 0 : 1;
      evaluation.targets.push_back(target);
      evaluation.predictions.push_back(decided);
      for (std::int32_t c = 0; has_logits_ && c < kClasses; ++c) {
        evaluation.logits.push_back(c == decided ? 1.0F : 0.0F);
      }
    }
    evaluation.value = static_cast<double>(correct) / static_cast<double>(kExamples);
    return evaluation;
  }

 private:
  std::uint64_t seed_;
  bool has_logits_;
  std::int64_t epoch_ = 0;
};

class ScatterModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return {{.name = "logits", .default_value = true, .summary = "whether it tells its logits"}};
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return std::make_unique<ScatterTask>(context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("scatter", "Decides differently for every seed", ScatterModel);
