// Every operation of the plugin `operators`, as the host uses it.
#include <gmock/gmock.h>

#include "models/operators/refusal.h"
#include "repeated_step.h"

namespace ndbench {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

/// Deterministic algorithms alone, one thread, for as long as it lives.
class Deterministic {
 public:
  Deterministic() {
    at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
    at::set_num_threads(1);
  }
  Deterministic(const Deterministic&) = delete;
  Deterministic& operator=(const Deterministic&) = delete;
  ~Deterministic() { at::globalContext().setDeterministicAlgorithms(false, /*warn_only=*/false); }
};

class Operators : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] std::unique_ptr<Task> make_task(std::uint64_t init_seed = 1) const {
    return make_plain_task(*model_, {{"op", GetParam()}, {"size", std::int64_t{4096}}}, init_seed);
  }

  std::unique_ptr<Model> model_ = make_model(NDBENCH_TEST_OPERATORS);
};

TEST_P(Operators, AreBitStableWhereDeterministicOrSayThatTheyRaise) {
  const Deterministic deterministic;
  std::unique_ptr<Task> task;
  try {
    task = make_task();
  } catch (const Unsupported& refusal) {
    EXPECT_THAT(refusal.what(), AnyOf(StartsWith("raises: "), StartsWith("lacks: ")));
    return;
  }
  const State before = state_of(*task);
  const State first = step(*task);
  // Compared within EXPECT_TRUE: a failure shall not print all the bytes.
  EXPECT_FALSE(first == before) << "nothing but zeros";
  EXPECT_FALSE(step(*make_task(9)) == first) << "of another seed";
  if (GetParam() == "resize_quantized") return;  // memory that nothing was written to
  EXPECT_TRUE(step(*task) == first);
  EXPECT_TRUE(step(*make_task()) == first) << "of the same seed";
}

TEST_P(Operators, AreCloseToFloat64AndLeaveTheirInputs) {
  at::set_num_threads(1);
  std::unique_ptr<Task> task;
  try {
    task = make_task();
  } catch (const Unsupported& refusal) {
    EXPECT_THAT(refusal.what(), StartsWith("lacks: "));
    return;
  }
  const auto inputs = [&] {
    std::vector<at::Tensor> copies;
    task->visit_batch([&](const std::string&, const at::Tensor& value) {
      EXPECT_FALSE(value.requires_grad());
      copies.push_back(value.clone());
    });
    return copies;
  };
  const auto before = inputs();
  const State state = step(*task);
  const Evaluation evaluation = task->evaluate();
  EXPECT_EQ(evaluation.metric, "relative_error");
  EXPECT_GT(evaluation.examples, 0);
  if (GetParam() != "resize_quantized") {
    EXPECT_LT(evaluation.value, 1e-4);
  }
  EXPECT_TRUE(state_of(*task) == state);
  const auto after = inputs();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_TRUE(after[i].equal(before[i])) << i;
}

INSTANTIATE_TEST_SUITE_P(Every, Operators,
                         testing::ValuesIn(choices(*make_model(NDBENCH_TEST_OPERATORS), "op")),
                         [](const auto& instance) { return instance.param; });

TEST(OperatorsPlugin, RefusesWhatIsNoOperation) {
  const auto model = make_model(NDBENCH_TEST_OPERATORS);
  EXPECT_THAT(
      [&] {
        (void)make_plain_task(*model, {{"op", "index_puut"}});
      },
      ThrowsMessage<Error>(HasSubstr("index_puut")));
}

TEST(Refusal, KeepsTheWordsOfLibTorch) {
  EXPECT_EQ(operators::refusal("put_ does not have a deterministic implementation, but you set "
                               "'torch.use_deterministic_algorithms(True)'. You can turn off"),
            "raises: put_ does not have a deterministic implementation");
  EXPECT_EQ(operators::refusal("Deterministic behavior was enabled with either `x` or `y`, but "
                               "this operation is not deterministic because it uses CuBLAS and you "
                               "have CUDA >= 10.2. To enable deterministic behavior"),
            "raises: this operation is not deterministic because it uses CuBLAS and you have CUDA "
            ">= 10.2");
  EXPECT_EQ(operators::refusal("\"histc\" not implemented for 'Half'\nmore"),
            "lacks: \"histc\" not implemented for 'Half'");
  EXPECT_EQ(operators::refusal("CUDA out of memory"), "");
}

}  // namespace
}  // namespace ndbench
