#include "worker/snapshot.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "ndbench/error.h"
#include "temporary_folder.h"
#include "traced_task.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Pair;
using testing::SizeIs;
using testing::ThrowsMessage;

TracedTensors weights(const at::Tensor& value) { return {{"weights", {{"parameters/w", value}}}}; }

class SnapshotTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "1.snapshot";
};

using Snapshot = SnapshotTest;

TEST_F(Snapshot, TakesParametersTheirGradientsAndOutputs) {
  TracedTask task;
  EXPECT_THAT(traced_tensors(task), ElementsAre(Key("weights")));
  task.weights.requires_grad_(true);
  EXPECT_THAT(traced_tensors(task), ElementsAre(Key("weights"))) << "no gradient yet";
  task.weights.mutable_grad() = at::tensor({0.5F, 0.25F, 0.125F});
  task.logits = at::zeros({2, 3});
  const TracedTensors tensors = traced_tensors(task);
  EXPECT_THAT(tensors, ElementsAre(Key("gradients"), Key("outputs"), Key("weights")));
  EXPECT_THAT(tensors.at("weights"), ElementsAre(Pair("parameters/w", testing::_)));  // no buffer
  EXPECT_EQ(tensors.at("gradients").front().second.data_ptr(), task.weights.grad().data_ptr());
}

TEST_F(Snapshot, KeepsEveryBitOfFloatsAndDoubles) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    // More than what is compared at a time, and not a multiple of it.
    const at::Tensor values = at::arange(300'001, at::kDouble).sub_(1000).div_(7).to(type);
    write_snapshot(file_, weights(values));
    const auto same = compare_with_snapshot(file_, weights(values.clone()));
    EXPECT_EQ(same.at("weights").elements, 300'001);
    EXPECT_EQ(same.at("weights").differing, 0);
    at::Tensor other = values.clone();
    other[300'000] += 1.0;
    other[0] += 2.0;
    const auto differences = compare_with_snapshot(file_, weights(other));
    EXPECT_EQ(differences.at("weights").differing, 2);
    EXPECT_NEAR(differences.at("weights").distance, std::sqrt(5.0), 1e-2);
  }
}

TEST_F(Snapshot, TakesWhateverTypeAndLayoutTensorsHave) {
  const at::Tensor table = at::arange(6, at::kFloat).reshape({2, 3});
  const at::Tensor numbers = at::tensor({std::int64_t{1} << 40, std::int64_t{3}}, at::kLong);
  const TracedTensors tensors{
      {"outputs", {{"halves", table.to(at::kBFloat16)}, {"turned", table.t()}}},
      {"weights", {{"parameters/numbers", numbers}, {"parameters/none", at::empty({0})}}}};
  write_snapshot(file_, tensors);
  EXPECT_EQ(static_cast<std::int64_t>(fs::file_size(file_)), snapshot_bytes(tensors));
  const auto differences = compare_with_snapshot(
      file_,
      {{"outputs", {{"halves", table.to(at::kBFloat16)}, {"turned", table.t() + 1.0}}},
       {"weights", {{"parameters/numbers", numbers + 2}, {"parameters/none", at::empty({0})}}}});
  EXPECT_EQ(differences.at("outputs").elements, 12);
  EXPECT_EQ(differences.at("outputs").differing, 6);
  EXPECT_EQ(differences.at("weights").elements, 2);
  EXPECT_DOUBLE_EQ(differences.at("weights").distance, std::sqrt(8.0));
}

TEST_F(Snapshot, IsThereInWholeOrNotAtAll) {
  write_snapshot(file_, weights(at::ones({3})));
  EXPECT_THAT(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
  EXPECT_THAT([&] { write_snapshot(folder_.path() / "absent" / "1", weights(at::ones({3}))); },
              ThrowsMessage<Error>(HasSubstr("No such file")));
}

TEST_F(Snapshot, LeavesNoPartOfAFileThatCouldNotBeWritten) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 64, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  auto* const action = std::signal(SIGXFSZ, SIG_IGN);  // what is over the limit is an error then
  EXPECT_THAT([&] { write_snapshot(file_, weights(at::ones({1000}))); },
              ThrowsMessage<Error>(HasSubstr("File too large")));
  std::signal(SIGXFSZ, action);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(Snapshot, RefusesWhatIsNotThere) {
  EXPECT_THAT([&] { (void)compare_with_snapshot(file_, weights(at::ones({3}))); },
              ThrowsMessage<Error>(HasSubstr(file_.string())));
}

TEST_F(Snapshot, RefusesOtherTensors) {
  write_snapshot(file_, weights(at::ones({2, 3})));
  const std::vector<TracedTensors> others{
      {},
      weights(at::ones({3, 2})),
      weights(at::ones({6})),
      weights(at::ones({2, 3}, at::kDouble)),
      {{"weights", {{"parameters/v", at::ones({2, 3})}}}},
      {{"outputs", {{"parameters/w", at::ones({2, 3})}}}},
      {{"weights", {{"parameters/w", at::ones({2, 3})}, {"parameters/x", at::ones({1})}}}}};
  for (const TracedTensors& other : others) {
    EXPECT_THAT([&] { (void)compare_with_snapshot(file_, other); },
                ThrowsMessage<Error>(HasSubstr("other tensors")));
  }
}

TEST_F(Snapshot, RefusesDamage) {
  const at::Tensor values = at::ones({5});
  write_snapshot(file_, weights(values));
  const std::string whole = read_bytes(file_);
  const auto verdict = [&](const std::string& bytes) -> std::string {
    write_bytes(file_, bytes);
    try {
      (void)compare_with_snapshot(file_, weights(values));
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(verdict(whole), "accepted");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(verdict(whole.substr(0, length)), "accepted") << length;
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_NE(verdict(damaged), "accepted") << at;
  }
  EXPECT_THAT(verdict("something else"), HasSubstr("no snapshot"));
}

}  // namespace
}  // namespace ndbench
