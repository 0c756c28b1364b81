// The plugin `probes`, as the host uses it.
#include <gmock/gmock.h>

#include "repeated_step.h"

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class Probes : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Task> make_task(const std::string& probe, const std::string& op,
                                                std::int64_t batch) const {
    at::set_num_threads(1);
    return make_plain_task(*model_, {{"probe", probe}, {"op", op}, {"batch", batch}});
  }

  std::unique_ptr<Model> model_ = make_model(NDBENCH_TEST_PROBES);
};

TEST_F(Probes, FindTheOrderOfEverySum) {
  for (const char* op : {"sum", "mv", "mm", "conv2d"}) {
    const auto task = make_task("accumulation_order", op, 1);
    const std::string order = task->in_force().at("sum_order");
    EXPECT_THAT(order, HasSubstr(", depth ")) << op;
    const State state = state_of(*task);
    EXPECT_EQ(state.at("subtree_sizes").size(), 64 * 64 * sizeof(std::int32_t));
    EXPECT_TRUE(step(*task) == state) << op;
    const Evaluation evaluation = task->evaluate();
    EXPECT_THAT(order, HasSubstr("depth " + std::to_string(std::llround(evaluation.value)) + ","));
    EXPECT_GE(evaluation.value, 6) << "64 addends, in pairs";
    EXPECT_LE(evaluation.value, 63);
  }
}

TEST_F(Probes, SayInWhichBatchesARowGivesOtherBits) {
  for (const std::string& op : choices(*model_, "op")) {
    const auto task = make_task("batch_invariance", op, 8);
    const State state = state_of(*task);
    EXPECT_TRUE(step(*task) == state) << op;
    const Evaluation evaluation = task->evaluate();
    EXPECT_EQ(evaluation.examples, 4) << "batches of 2, 3, 4 and 8";
    EXPECT_EQ(evaluation.value == 0.0, task->in_force().at("batch_differs") == "none") << op;
  }
}

TEST_F(Probes, RefuseWhatHasNoAnswer) {
  EXPECT_THAT([&] { (void)make_task("accumulation_order", "network", 1); },
              ThrowsMessage<Error>(HasSubstr("no one sum")));
  EXPECT_THAT([&] { (void)make_task("batch_invariance", "mm", 1); },
              ThrowsMessage<Error>(HasSubstr("set batch to 2 or more")));
  EXPECT_THAT(
      [&] {
        (void)make_plain_task(*model_, {{"length", std::int64_t{40}}});
      },
      ThrowsMessage<Error>(HasSubstr("multiple of 16")));
}

}  // namespace
}  // namespace ndbench
