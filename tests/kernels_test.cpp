#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

#include "kernels/trial.h"
#include "ndbench/error.h"

namespace ndbench::kernels {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;
using testing::ThrowsMessage;
using enum Operation;
using enum Pass;

double multiplications(const Layer& layer) {
  const auto place = static_cast<double>(layer.output_size() * layer.output_size());
  return place * static_cast<double>(layer.filters * layer.channels * layer.kernel * layer.kernel);
}

/// Convolutions of a network, and the multiplications of all of them for one image.
std::pair<int, double> convolutions_of(const std::string& network) {
  std::pair<int, double> result;
  for (const Layer& layer : layers_of(network)) {
    if (layer.operation != kConvolution) continue;
    ++result.first;
    result.second += multiplications(layer);
  }
  return result;
}

// By the layers' shapes as torchvision has them.
TEST(Layers, AreThoseOfTheNetworks) {
  EXPECT_EQ(convolutions_of("resnet18"), std::pair(20, 1'813'561'344.0));
  EXPECT_EQ(convolutions_of("vgg16"), std::pair(13, 15'346'630'656.0));
  EXPECT_EQ(convolutions_of("medium_cnn_7").second, 49 * convolutions_of("medium_cnn_1").second);
  EXPECT_EQ(layer_of("resnet18", "layer4.0.downsample").output_size(), 7);
  EXPECT_EQ(layer_of("resnet18", "maxpool").output_size(), 56);
}

TEST(Layers, AreListedWhereOneIsNotThere) {
  EXPECT_THAT([] { (void)layer_of("resnet18", "conv2"); },
              ThrowsMessage<Error>(AllOf(StartsWith("'conv2' is no layer of resnet18"),
                                         HasSubstr("conv1, bn1, maxpool, layer1.0.conv1"))));
}

TEST(Workloads, AreTheSameForTheSameSeedAlone) {
  const Layer layer = layer_of("resnet18", "layer4.0.downsample");
  const Workload a = draw_workload(layer, kForward, 2, 7);
  EXPECT_TRUE(at::equal(a.source, draw_workload(layer, kForward, 2, 7).source));
  EXPECT_FALSE(at::equal(a.source, draw_workload(layer, kForward, 2, 8).source));
  EXPECT_EQ(a.result_sizes(), at::IntArrayRef({2, 512, 7, 7}));
}

TEST(Workloads, AreRefusedWhereTheLayerHasNoSuchPass) {
  EXPECT_THAT([] { (void)draw_workload(layer_of("resnet18", "bn1"), kFilterGradient, 1, 0); },
              ThrowsMessage<Error>(HasSubstr("'bn1' has no filters")));
  EXPECT_THAT([] { (void)draw_workload(layer_of("resnet18", "bias"), kDataGradient, 1, 0); },
              ThrowsMessage<Error>(HasSubstr("set pass to forward")));
}

struct Kernel {
  const char* name;
  Layer layer;
  Pass pass;
};

void PrintTo(const Kernel& kernel, std::ostream* out) { *out << kernel.name; }

std::vector<Kernel> kernels() {
  const Layer direct{.name = "direct",
                     .operation = kConvolution,
                     .channels = 16,
                     .size = 14,
                     .filters = 32,
                     .kernel = 3,
                     .stride = 1,
                     .padding = 1};
  const Layer stem{.name = "stem",
                   .operation = kConvolution,
                   .channels = 3,
                   .size = 15,
                   .filters = 8,
                   .kernel = 7,
                   .stride = 2,
                   .padding = 3};
  const Layer maximum{.name = "max",
                      .operation = kMaxPooling,
                      .channels = 16,
                      .size = 9,
                      .kernel = 3,
                      .stride = 2,
                      .padding = 1};
  const Layer average{
      .name = "average", .operation = kAveragePooling, .channels = 16, .size = 7, .kernel = 7};
  const Layer norm{.name = "norm", .operation = kBatchNorm, .channels = 16, .size = 9};
  const Layer softmax{.name = "softmax", .operation = kSoftmax, .channels = 10};
  const Layer sum{.name = "sum", .operation = kSum, .channels = 16, .size = 9};
  return {{"direct_forward", direct, kForward},
          {"direct_data_gradient", direct, kDataGradient},
          {"direct_filter_gradient", direct, kFilterGradient},
          {"stem_forward", stem, kForward},
          {"stem_data_gradient", stem, kDataGradient},
          {"stem_filter_gradient", stem, kFilterGradient},
          {"max_forward", maximum, kForward},
          {"max_data_gradient", maximum, kDataGradient},
          {"average_forward", average, kForward},
          {"average_data_gradient", average, kDataGradient},
          {"norm_forward", norm, kForward},
          {"norm_data_gradient", norm, kDataGradient},
          {"softmax_forward", softmax, kForward},
          {"softmax_data_gradient", softmax, kDataGradient},
          {"sum_forward", sum, kForward}};
}

/// Why oneDNN cannot be called here; "" where it can.
std::string missing_onednn() {
  try {
    (void)onednn_version();
    return "";
  } catch (const Unsupported& error) {
    return error.what();
  }
}

class OneDnn : public testing::TestWithParam<Kernel> {};

TEST_P(OneDnn, ComputesWhatTheReferenceComputesByEveryEngine) {
  if (const std::string why = missing_onednn(); !why.empty()) GTEST_SKIP() << why;
  const Workload workload = draw_workload(GetParam().layer, GetParam().pass, 4, 1);
  const at::Tensor reference = reference_result(workload, at::kDouble);
  const Engines engines = onednn_engines(workload, /*with_reference=*/true);
  ASSERT_FALSE(engines.empty());
  for (const auto& engine : engines) {
    SCOPED_TRACE(engine->name());
    engine->overwrite(0xFF);
    engine->run();
    const at::Tensor result = engine->result();
    ASSERT_EQ(result.sizes(), reference.sizes());
    const double error = (result.to(at::kDouble) - reference).norm().item<double>();
    // Float32 rounds to 6e-8; Winograd's transforms lose two digits.
    EXPECT_LT(error, 1e-5 * reference.norm().item<double>());
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, OneDnn, testing::ValuesIn(kernels()),
                         [](const auto& kernel) { return kernel.param.name; });

TEST(OneDnn, HasReferenceImplementationsWhereTheyAreAskedFor) {
  if (const std::string why = missing_onednn(); !why.empty()) GTEST_SKIP() << why;
  const Kernel kernel = kernels().front();
  const Workload workload = draw_workload(kernel.layer, kernel.pass, 1, 1);
  const auto count = [&](bool with_reference) {
    int references = 0;
    for (const auto& engine : onednn_engines(workload, with_reference)) {
      if (engine->name() == "ref:any") ++references;
    }
    return references;
  };
  EXPECT_EQ(count(true), 1);
  EXPECT_EQ(count(false), 0);
}

/// An engine whose result is what `run` leaves in three floats.
class FakeEngine final : public Engine {
 public:
  using Run = std::function<void(float*)>;

  FakeEngine(std::string name, bool is_marked, Run run)
      : name_(std::move(name)), is_marked_(is_marked), run_(std::move(run)) {}

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] bool is_marked_nondeterministic() const override { return is_marked_; }
  void run() override { run_(output_.data_ptr<float>()); }
  void overwrite(int byte) override { std::memset(output_.data_ptr(), byte, output_.nbytes()); }
  [[nodiscard]] at::Tensor result() const override { return output_.clone(); }

 private:
  std::string name_;
  bool is_marked_;
  Run run_;
  at::Tensor output_ = at::zeros({3}, at::kFloat);
};

void write_ones(float* output) { std::fill_n(output, 3, 1.0F); }

std::vector<Trial> tried(std::vector<std::tuple<std::string, bool, FakeEngine::Run>> fakes) {
  Engines engines;
  for (auto& [name, is_marked, run] : fakes) {
    engines.push_back(std::make_unique<FakeEngine>(name, is_marked, run));
  }
  return try_out(std::move(engines), 4, at::ones({3}), [] {});
}

TEST(Trials, TellWhichEnginesRepeat) {
  const auto trials =
      tried({{"steady", false, write_ones},
             {"counts", false,
              [count = 0.0F](float* output) mutable {
                write_ones(output);
                output[0] = count += 1.0F;
              }},
             {"forgets the last", false, [](float* output) { std::fill_n(output, 2, 1.0F); }},
             {"adds", false, [](float* output) { output[0] += 1.0F; }}});
  ASSERT_THAT(trials, SizeIs(4));
  EXPECT_TRUE(trials[0].is_deterministic());
  EXPECT_EQ(trials[0].same, 4);
  for (const std::size_t i : {1U, 2U, 3U}) {
    SCOPED_TRACE(trials[i].name);
    EXPECT_FALSE(trials[i].is_deterministic());
    EXPECT_LT(trials[i].same, trials[i].runs);
  }
  EXPECT_THAT(trials[1].text(), HasSubstr("not marked nondeterministic, 1 of 4 runs alike"));
}

TEST(Trials, GiveEnginesOfOneNameNamesOfTheirOwn) {
  const auto trials = tried({{"gemm", false, write_ones}, {"gemm", false, write_ones}});
  EXPECT_EQ(trials[0].name, "gemm");
  EXPECT_EQ(trials[1].name, "gemm.2");
}

TEST(Trials, LeaveOutWhatADeterministicModeMayNotTake) {
  const auto make = [] {
    return tried({{"marked", true, write_ones}, {"not marked", false, write_ones}});
  };
  EXPECT_THAT(allowed(make(), false), SizeIs(2));
  const auto left = allowed(make(), true);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left.front().name, "not marked");
}

TEST(Trials, SayWhatWasTriedWhereNothingIsLeft) {
  EXPECT_THAT(
      [] {
        (void)allowed(tried({{"atomic", true, write_ones}}), true);
      },
      ThrowsMessage<Unsupported>(
          AllOf(StartsWith("no engine is right and deterministic: atomic ("),
                HasSubstr(" s, marked nondeterministic, 4 of 4 runs alike"))));
  EXPECT_THAT([] { (void)allowed({}, false); },
              ThrowsMessage<Unsupported>(HasSubstr("the library has no engine for this")));
}

TEST(Trials, LeaveOutWhatComputesSomethingElse) {
  const auto make = [] {
    return tried({{"twos", false, [](float* output) { std::fill_n(output, 3, 2.0F); }},
                  {"nothing", false, [](float* output) { std::fill_n(output, 3, NAN); }},
                  {"nearly", false, [](float* output) { std::fill_n(output, 3, 1.001F); }}});
  };
  EXPECT_DOUBLE_EQ(make()[0].error, 1.0);
  const auto left = allowed(make(), false);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left.front().name, "nearly");
}

TEST(Trials, FindTheFastest) {
  auto trials =
      tried({{"a", false, write_ones}, {"b", false, write_ones}, {"c", false, write_ones}});
  trials[0].seconds = 3.0;
  trials[1].seconds = 1.0;
  trials[2].seconds = 2.0;
  EXPECT_EQ(fastest(trials), 1U);
}

}  // namespace
}  // namespace ndbench::kernels
