#include "worker/probe.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "ndbench/error.h"
#include "temporary_folder.h"
#include "worker/input_guard.h"
#include "worker/tensor_file.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;

/// Minimizes the mean of (x w)² / 2 over one batch of two examples. Never steps: its gradient
/// stays.
class LineTask final : public Task {
 public:
  LineTask(at::ScalarType type, double first, double second)
      : weight_(at::tensor({first, second}, at::kDouble).to(type).requires_grad_(true)),
        velocity_(at::full({2}, 0.5, type)),
        inputs_(at::tensor({1.0, 2.0, 3.0, 4.0}, at::kFloat).view({2, 2})) {}

  void start_epoch(std::int64_t /*epoch*/) override {}
  std::int64_t next_batch() override { return 2; }

  at::Tensor train_step() override {
    weight_.mutable_grad().reset();
    const at::Tensor values = inputs_.to(weight_.scalar_type()).matmul(weight_);
    const at::Tensor loss = values.square().mean() / 2;
    if (rewrites_) inputs_.add_(1);
    loss.backward();
    outputs_ = values.detach();
    if (drops_gradient_) weight_.mutable_grad().reset();
    return loss.detach();
  }

  Evaluation evaluate() override { return {}; }

  void visit_batch(const StateVisitor& visit) const override {
    visit("inputs", inputs_);
    visit("count", at::scalar_tensor(2, at::kLong));
  }

  void visit_outputs(const StateVisitor& visit) const override {
    if (outputs_.defined()) visit("values", outputs_);
  }

  void visit_state(const StateVisitor& visit) const override {
    visit("parameters/weight", weight_);
    visit("optimizer/velocity", velocity_);
    visit("optimizer/step", at::scalar_tensor(7, at::kLong));
  }

  at::Tensor weight_;
  at::Tensor velocity_;
  at::Tensor inputs_;
  at::Tensor outputs_;
  bool rewrites_ = false;
  bool drops_gradient_ = false;
};

class ProbeTest : public testing::Test {
 protected:
  [[nodiscard]] std::string file(const char* name) const {
    return (folder_.path() / name).string();
  }

  TemporaryFolder folder_;
};

TEST_F(ProbeTest, WritesWhatTheStepStartedFromAndGave) {
  LineTask task(at::kFloat, 1.0, -1.0);
  const Probe probe = probe_step(task, {.write = file("cell")});
  EXPECT_EQ(probe.loss, 0.5);  // both examples give -1
  EXPECT_EQ(probe.gradient_count, 1);
  EXPECT_THAT(probe.changed_inputs, IsEmpty());
  const NamedTensors written = read_tensors(file("cell"));
  ASSERT_THAT(written, SizeIs(6));
  EXPECT_TRUE(written.at("batch/inputs").equal(task.inputs_));
  EXPECT_EQ(written.at("batch/count").item<std::int64_t>(), 2);
  EXPECT_TRUE(written.at("state/parameters/weight").equal(at::tensor({1.0F, -1.0F})));
  EXPECT_TRUE(written.at("state/optimizer/velocity").equal(task.velocity_));
  EXPECT_TRUE(written.at("gradient/weight").equal(at::tensor({-2.0F, -3.0F})));
  EXPECT_TRUE(written.at("output/values").equal(at::tensor({-1.0F, -1.0F})));
}

TEST_F(ProbeTest, AdoptsAnotherStateAndComparesGradientsWithIt) {
  LineTask cell(at::kFloat, 1.0, -1.0);
  (void)probe_step(cell, {.write = file("cell")});
  LineTask reference(at::kDouble, 1.0, 2.0);
  reference.velocity_.fill_(0.0);
  const Probe probe = probe_step(reference, {.adopt = file("cell"), .compare = file("cell")});
  EXPECT_EQ(probe.loss, 0.5);
  EXPECT_EQ(reference.velocity_[0].item<double>(), 0.5);
  ASSERT_THAT(probe.state, SizeIs(2));
  EXPECT_EQ(probe.state[0].name, "parameters/weight");
  EXPECT_EQ(probe.state[0].error, 3.0);  // 2 became -1
  ASSERT_THAT(probe.batch, SizeIs(2));
  EXPECT_EQ(probe.batch[0].error, 0.0);
  ASSERT_THAT(probe.gradients, SizeIs(1));
  EXPECT_EQ(probe.gradients[0].name, "weight");
  EXPECT_NEAR(probe.gradients[0].size, 3.605551275463989, 1e-12);  // of (-2, -3)
  EXPECT_EQ(probe.gradients[0].error, 0.0);
  ASSERT_THAT(probe.outputs, SizeIs(1));
  EXPECT_EQ(probe.outputs[0].error, 0.0);
  EXPECT_THAT(probe.unmatched, IsEmpty());
}

TEST_F(ProbeTest, PerturbsEachWeightByItsOwnSign) {
  LineTask cell(at::kFloat, 1.0, -1.0);
  (void)probe_step(cell, {.write = file("cell")});
  LineTask perturbed(at::kDouble, 1.0, -1.0);
  const Probe probe = probe_step(
      perturbed, {.adopt = file("cell"), .perturbation = 0.25, .seed = 1, .compare = file("cell")});
  for (const std::int64_t index : {0, 1}) {
    const double weight = std::abs(perturbed.weight_[index].item<double>());
    EXPECT_TRUE(weight == 0.75 || weight == 1.25) << weight;
  }
  EXPECT_EQ(perturbed.velocity_[0].item<double>(), 0.5);
  EXPECT_GT(probe.gradients[0].error, 0.0);
}

TEST_F(ProbeTest, NamesInputsThatTheStepChanged) {
  LineTask task(at::kDouble, 1.0, -1.0);
  task.rewrites_ = true;
  EXPECT_THAT(probe_step(task, {.write = file("cell")}).changed_inputs, ElementsAre("inputs"));
  // What was written is the batch before the step.
  EXPECT_EQ(read_tensors(file("cell")).at("batch/inputs")[0][0].item<float>(), 1.0F);
}

TEST_F(ProbeTest, NamesGradientsThatOneSideAloneHas) {
  LineTask cell(at::kFloat, 1.0, -1.0);
  (void)probe_step(cell, {.write = file("whole")});
  cell.drops_gradient_ = true;
  (void)probe_step(cell, {.write = file("without")});
  LineTask reference(at::kDouble, 1.0, -1.0);
  EXPECT_THAT(
      probe_step(reference, {.adopt = file("without"), .compare = file("without")}).unmatched,
      ElementsAre("weight"));
  reference.drops_gradient_ = true;
  EXPECT_THAT(probe_step(reference, {.adopt = file("whole"), .compare = file("whole")}).unmatched,
              SizeIs(1));
}

TEST_F(ProbeTest, RefusesAFileThatIsCutOrMissing) {
  LineTask task(at::kFloat, 1.0, -1.0);
  (void)probe_step(task, {.write = file("cell")});
  std::filesystem::resize_file(file("cell"), std::filesystem::file_size(file("cell")) - 1);
  EXPECT_THAT([&] { (void)probe_step(task, {.adopt = file("cell")}); },
              ThrowsMessage<Error>(HasSubstr("it is cut")));
  EXPECT_THAT([&] { (void)probe_step(task, {.adopt = file("none")}); },
              ThrowsMessage<Error>(HasSubstr("it is missing or cut")));
  std::ofstream(file("other")) << "an entirely other file";
  EXPECT_THAT([&] { (void)read_tensors(file("other")); },
              ThrowsMessage<Error>(HasSubstr("it is another file")));
  EXPECT_THAT([&] { (void)probe_step(task, {.write = file("no/folder")}); },
              ThrowsMessage<Error>(HasSubstr("cannot be written")));
}

TEST_F(ProbeTest, ReservesNothingForWhatAFileOnlyClaims) {
  LineTask task(at::kFloat, 1.0, -1.0);
  (void)probe_step(task, {.write = file("cell")});
  const std::string good = read_bytes(file("cell"));
  for (const std::uint64_t claimed : {std::uint64_t{1} << 30U, ~std::uint64_t{0}}) {
    std::string bytes = good;
    std::memcpy(bytes.data() + sizeof claimed, &claimed, sizeof claimed);
    write_bytes(file("cell"), bytes);
    EXPECT_THAT([&] { (void)read_tensors(file("cell")); },
                ThrowsMessage<Error>(HasSubstr("it is cut")));
  }
  for (const char* shape : {"[9999999999999]", "[4294967296,4294967296,4294967296]", "[-1]"}) {
    const std::string index = R"([{"name":"w","type":6,"shape":)" + std::string(shape) + "}]";
    const std::uint64_t size = index.size();
    std::string bytes = good.substr(0, sizeof size);
    bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
    write_bytes(file("cell"), bytes + index);
    EXPECT_THAT([&] { (void)read_tensors(file("cell")); },
                ThrowsMessage<Error>(HasSubstr("it is cut")))
        << shape;
  }
  std::string damaged = good;
  damaged[16] = '}';
  write_bytes(file("cell"), damaged);
  EXPECT_THAT([&] { (void)read_tensors(file("cell")); },
              ThrowsMessage<Error>(HasSubstr("cannot be read as tensors")));
}

TEST(InputGuard, SeesNothingWhereNothingChanged) {
  LineTask task(at::kFloat, 1.0, -1.0);
  const InputGuard guard(task);
  (void)task.train_step();
  EXPECT_THAT(guard.changed(), IsEmpty());
}

TEST(InputGuard, SeesOneBitOfOneElement) {
  LineTask task(at::kFloat, 1.0, -1.0);
  task.inputs_[0][0] = 0.0F;
  const InputGuard guard(task);
  task.inputs_[0][0] = -0.0F;
  EXPECT_THAT(guard.changed(), ElementsAre("inputs"));
  EXPECT_THAT(changed_inputs_text(guard.changed()),
              HasSubstr("inputs changed during a training step: 'inputs'"));
}

}  // namespace
}  // namespace ndbench
