#include "core/suite.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "ndbench/error.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::string_literals;

const std::string kSmallest = R"([step]
[[model]]
name = "m"
[[backend]]
name = "cpu"
)";

std::string message_of(const std::string& text) {
  try {
    (void)parse_suite(text, "s.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Suite, SaysWhenABackendIsCheckedForParity) {
  EXPECT_EQ(parse_suite(kSmallest, "s.toml").parity.when, ParityCheck::When::kCompared);
  EXPECT_EQ(parse_suite(kSmallest, "s.toml").parity.step, 5);
  const Suite suite = parse_suite(kSmallest + "[parity]\ncheck = \"always\"\nstep = 1\n", "s.toml");
  EXPECT_EQ(suite.parity.when, ParityCheck::When::kAlways);
  EXPECT_EQ(suite.parity.step, 1);
  EXPECT_EQ(message_of(kSmallest + "[parity]\ncheck = \"newer\"\n"),
            "s.toml:7:9: 'check' is 'newer'; did you mean 'never'?; it must be one of 'compared', "
            "'always', 'never'\n  | check = \"newer\"");
  EXPECT_THAT(message_of(kSmallest + "[parity]\nstep = 0\n"),
              StartsWith("s.toml:7:8: 'step' is 0"));
  EXPECT_THAT(message_of(kSmallest + "[parity]\nsteps = 2\n"),
              HasSubstr("unknown key 'steps' in [parity]; did you mean 'step'?"));
}

TEST(Suite, ReadsLimitsOfWorkers) {
  const WorkerLimits defaults = parse_suite(kSmallest, "s.toml").limits;
  EXPECT_TRUE(defaults.seconds.empty());
  EXPECT_EQ(defaults.memory_bytes, 0);
  EXPECT_EQ(defaults.processes, 256);
  EXPECT_EQ(defaults.retries, 0);
  const auto limits = [](const std::string& lines) { return kSmallest + "[limits]\n" + lines; };
  const WorkerLimits read =
      parse_suite(limits("load = 60\nevaluate = 0.5\nmemory = \"1.5GiB\"\nprocesses = 0\n"
                         "retries = 2\n"),
                  "s.toml")
          .limits;
  EXPECT_THAT(read.seconds, ElementsAre(testing::Pair("evaluate", 0.5), testing::Pair("load", 60)));
  EXPECT_EQ(read.memory_bytes, 1'610'612'736);
  EXPECT_EQ(read.processes, 0);
  EXPECT_EQ(read.retries, 2);
  EXPECT_EQ(parse_suite(limits("memory = \"2GB\"\n"), "s.toml").limits.memory_bytes, 2'000'000'000);
  EXPECT_THAT(message_of(limits("evaluation = 5\n")),
              StartsWith("s.toml:7:1: unknown key 'evaluation' in [limits]"));
  EXPECT_THAT(message_of(limits("train = 0\n")), StartsWith("s.toml:7:9: 'train' is 0"));
  for (const char* bad : {"\"2\"", "\"GB\"", "\"2gb\"", "\"2 GB\"", "\"-2GB\"", "\"nanGB\"",
                          "\"1kB\"", "\"1e30GB\"", "\"\""}) {
    EXPECT_THAT(message_of(limits("memory = "s + bad + "\n")),
                StartsWith("s.toml:7:10: 'memory' is "))
        << bad;
  }
  EXPECT_THAT(message_of(limits("memory = 2\n")), HasSubstr("it must be a string"));
}

TEST(Suite, FillsInDefaults) {
  const Suite suite = parse_suite(kSmallest, "suites/small.toml");
  EXPECT_EQ(suite.name, "small");
  EXPECT_EQ(suite.file, "suites/small.toml");
  EXPECT_EQ(suite.seed, 0U);
  EXPECT_THAT(suite.modes, ElementsAre(Field(&Mode::name, "fixed"), Field(&Mode::name, "noisy")));
  ASSERT_EQ(suite.models.size(), 1U);
  EXPECT_EQ(suite.models[0].name, "m");
  EXPECT_EQ(suite.models[0].plugin, "m");
  EXPECT_TRUE(suite.models[0].parameters.empty());
  EXPECT_EQ(suite.models[0].position.text(), "suites/small.toml:2:1");
  ASSERT_EQ(suite.backends.size(), 1U);
  EXPECT_EQ(suite.backends[0].plugin, "cpu");
  EXPECT_EQ(suite.backends[0].threads, 0);
  EXPECT_EQ(suite.backends[0].shards, 0);
  EXPECT_FALSE(suite.backends[0].required);
  EXPECT_EQ(suite.backends[0].position.text(), "suites/small.toml:4:1");
  ASSERT_TRUE(suite.step);
  EXPECT_EQ(suite.step->replicas, 6);
  EXPECT_EQ(suite.step->steps, 40);
  EXPECT_EQ(suite.step->warmup, 5);
  EXPECT_EQ(suite.step->blocks, 4);
  EXPECT_EQ(suite.step->precision, 0.0);
  EXPECT_EQ(suite.step->time_cap, 600.0);
  EXPECT_FALSE(suite.epoch);
}

/// The one mode that the suite lists, defined by these lines after its name.
Mode mode_of(const std::string& lines) {
  return parse_suite("modes = [\"x\"]\n" + kSmallest + "[[mode]]\nname = \"x\"\n" + lines, "s.toml")
      .modes.at(0);
}

TEST(Suite, TakesEveryKnobAsAKeyOfAMode) {
  const Mode mode = mode_of(R"(varies = ["environment", "ulp"]
deterministic = true
fill_memory = false
cudnn_deterministic = true
cudnn_autotune = false
tf32 = false
cublas_workspace = ":16:8"
ordered_reduction = true
onednn = false
threads = 1024
aten_cpu_capability = "default"
onednn_max_cpu_isa = "AVX2"
openblas_coretype = ""
omp_wait_policy = "passive"
)");
  EXPECT_TRUE(mode.environment);
  EXPECT_TRUE(mode.ulp);
  EXPECT_FALSE(mode.init);
  EXPECT_EQ(mode.tooling, (Tooling{{"deterministic", true},
                                   {"fill_memory", false},
                                   {"cudnn_deterministic", true},
                                   {"cudnn_autotune", false},
                                   {"tf32", false},
                                   {"cublas_workspace", ":16:8"},
                                   {"ordered_reduction", true},
                                   {"onednn", false},
                                   {"threads", std::int64_t{1024}},
                                   {"aten_cpu_capability", "default"},
                                   {"onednn_max_cpu_isa", "AVX2"},
                                   {"openblas_coretype", ""},
                                   {"omp_wait_policy", "passive"}}));
  EXPECT_EQ(mode.tooling.size(), knobs().size());
  EXPECT_EQ(mode.demanded.size(), knobs().size());
}

TEST(Suite, LeavesTheToolingOfAModeOfItsOwnAsShipped) { EXPECT_EQ(mode_of(""), Mode{.name = "x"}); }

TEST(Suite, StartsAModeFromAnother) {
  const Mode& noisy = built_in_modes()[1];
  Mode expected = noisy;
  expected.name = "x";
  EXPECT_EQ(mode_of("base = \"noisy\"\n"), expected);
  expected.tooling["cudnn_autotune"] = false;
  expected.demanded = {"cudnn_autotune"};
  EXPECT_EQ(mode_of("base = \"noisy\"\ncudnn_autotune = false\n"), expected);
  expected.order = expected.augment = expected.dropout = false;
  EXPECT_EQ(mode_of("base = \"noisy\"\nvaries = [\"init\"]\ncudnn_autotune = false\n"), expected);
}

TEST(Suite, StartsAModeFromOneDefinedAbove) {
  const Suite suite = parse_suite("modes = [\"x\", \"y\"]\n" + kSmallest +
                                      "[[mode]]\nname = \"x\"\nbase = \"fixed\"\nthreads = 2\n"
                                      "[[mode]]\nname = \"y\"\nbase = \"x\"\nonednn = false\n",
                                  "s.toml");
  EXPECT_TRUE(suite.modes[1].is_deterministic());
  EXPECT_EQ(threads_of(suite.modes[1].tooling, 0), 2);
  EXPECT_THAT(suite.modes[1].demanded, ElementsAre("onednn", "threads"));
}

TEST(Suite, ListsTheModesWhoseCostIsSplit) {
  const std::string plugins = "[[model]]\nname = \"m\"\n[[backend]]\nname = \"cpu\"\n";
  const Suite suite = parse_suite("step.cost_by_knob = [\"fixed\"]\n" + plugins, "s.toml");
  EXPECT_THAT(suite.step->cost_by_knob, ElementsAre("fixed"));
  EXPECT_TRUE(parse_suite(kSmallest, "s.toml").step->cost_by_knob.empty());
}

TEST(Suite, ReadsEveryKey) {
  const Suite suite =
      parse_suite(R"(# Every key there is: é, 漢字 and 'quotes" are fine in comments.
name = "all.keys-1"
seed = 9223372036854775807
modes = ["order-only", "impl"]
[[mode]]
name = "order-only"
varies = ["order", "dropout"]
deterministic = true
[step]
replicas = 100000
steps = 1000000
warmup = 0
blocks = 1000000
precision = 0.02
time_cap = 60
[epoch]
replicas = 1
epochs = 100000
target = 0.85
[[backend]]
name = "one-thread"
plugin = "onednn"
threads = 1024
shards = 64
required = true
[[model]]
name = "resnet8"
plugin = "resnet"
depth = 8
rate = 1.5
augment = false
data = "cifar-10 é"
)",
                  "x.toml");
  EXPECT_EQ(suite.name, "all.keys-1");
  EXPECT_EQ(suite.seed, 9223372036854775807U);
  const Mode order_only{.name = "order-only",
                        .order = true,
                        .dropout = true,
                        .tooling = {{"deterministic", true}},
                        .demanded = {"deterministic"}};
  EXPECT_THAT(suite.modes, ElementsAre(order_only, built_in_modes()[3]));
  EXPECT_EQ(suite.step->replicas, 100000);
  EXPECT_EQ(suite.step->steps, 1000000);
  EXPECT_EQ(suite.step->warmup, 0);
  EXPECT_EQ(suite.step->blocks, 1000000);
  EXPECT_EQ(suite.step->precision, 0.02);
  EXPECT_EQ(suite.step->time_cap, 60.0);
  EXPECT_EQ(suite.epoch->replicas, 1);
  EXPECT_EQ(suite.epoch->epochs, 100000);
  EXPECT_EQ(suite.epoch->target, 0.85);
  EXPECT_EQ(suite.backends[0].name, "one-thread");
  EXPECT_EQ(suite.backends[0].plugin, "onednn");
  EXPECT_EQ(suite.backends[0].threads, 1024);
  EXPECT_EQ(suite.backends[0].shards, 64);
  EXPECT_TRUE(suite.backends[0].required);
  const auto& parameters = suite.models[0].parameters;
  ASSERT_EQ(parameters.size(), 4U);
  EXPECT_EQ(parameters[0].name, "depth");
  EXPECT_EQ(parameters[0].value, ParameterValue(std::int64_t{8}));
  EXPECT_EQ(parameters[0].position.text(), "x.toml:29:9");
  EXPECT_EQ(parameters[1].value, ParameterValue(1.5));
  EXPECT_EQ(parameters[2].value, ParameterValue(false));
  EXPECT_EQ(parameters[3].value, ParameterValue("cifar-10 é"s));
}

TEST(Suite, KeepsTheOrderOfModelsBackendsAndModes) {
  const Suite suite = parse_suite(R"(modes = ["noisy", "fixed"]
[step]
[[model]]
name = "z"
[[model]]
name = "a"
[[backend]]
name = "y"
[[backend]]
name = "b"
)",
                                  "s.toml");
  EXPECT_THAT(suite.modes, ElementsAre(Field(&Mode::name, "noisy"), Field(&Mode::name, "fixed")));
  EXPECT_THAT(suite.models,
              ElementsAre(Field(&ModelEntry::name, "z"), Field(&ModelEntry::name, "a")));
  EXPECT_THAT(suite.backends,
              ElementsAre(Field(&BackendEntry::name, "y"), Field(&BackendEntry::name, "b")));
}

TEST(Suite, MakesAModelOfEachChoiceOfAnArray) {
  const Suite suite = parse_suite(R"([step]
[[model]]
name = "cnn"
plugin = "medium_cnn"
kernel = [3, 7]
bias = true
rate = [0.5]
[[backend]]
name = "cpu"
)",
                                  "s.toml");
  EXPECT_THAT(suite.models, ElementsAre(Field(&ModelEntry::name, "cnn.3.0.5"),
                                        Field(&ModelEntry::name, "cnn.7.0.5")));
  const ModelEntry& last = suite.models.back();
  EXPECT_EQ(last.plugin, "medium_cnn");
  ASSERT_EQ(last.parameters.size(), 3U);
  EXPECT_EQ(last.parameters[0].name, "kernel");
  EXPECT_EQ(last.parameters[0].value, ParameterValue(std::int64_t{7}));
  EXPECT_EQ(last.parameters[0].position.text(), "s.toml:5:14");
  EXPECT_EQ(last.parameters[1].value, ParameterValue(true));
  EXPECT_EQ(last.parameters[2].value, ParameterValue(0.5));
}

TEST(Suite, RefusesMoreChoicesThanAnyoneCanMean) {
  std::string text = "[step]\n[[backend]]\nname = \"c\"\n[[model]]\nname = \"m\"\n";
  for (const char key : {'a', 'b', 'c', 'd', 'e'}) {
    text += key + " = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"s;
  }
  EXPECT_THAT([&] { (void)parse_suite(text, "s.toml"); },
              ThrowsMessage<Error>(HasSubstr("'e' makes 100000 models of 'm', more than 10000")));
}

TEST(Suite, HasNoMoreDefaultBlocksThanSteps) {
  std::string text = kSmallest;
  text.insert(text.find('\n') + 1, "steps = 2\n");
  EXPECT_EQ(parse_suite(text, "s.toml").step->blocks, 2);
}

TEST(Suite, IsHashedByteForByte) {
  // printf '[step]\n[[model]]\nname = "m"\n[[backend]]\nname = "cpu"\n' | xxh128sum
  EXPECT_EQ(parse_suite(kSmallest, "a.toml").hash, "f9868fb578183c56961bd9205060cb43");
  EXPECT_NE(parse_suite(kSmallest + "\n", "a.toml").hash, parse_suite(kSmallest, "a.toml").hash);
}

TEST(Suite, AcceptsWindowsLineEnds) {
  std::string text;
  for (const char c : kSmallest) text += c == '\n' ? "\r\n"s : std::string(1, c);
  EXPECT_EQ(parse_suite(text, "s.toml").models[0].position.line, 2U);
}

struct BadSuite {
  std::string text;
  std::string position;  ///< "" for none
  std::string what;      ///< part of the message
};

// `{}` stands for kSmallest.
const std::vector<BadSuite> kBadSuites{
    // Keys and tables
    {"sed = 1\n{}", "1:1", "unknown key 'sed' in the suite; did you mean 'seed'?"},
    {"{}[steps]\n", "6:2", "unknown key 'steps' in the suite; did you mean 'step'?; accepted: "},
    {"{}[extra]\n", "6:2", "accepted: 'name', 'seed', 'modes', 'mode', 'step', 'epoch'"},
    {"{}thread = 2\n", "6:1", "unknown key 'thread' in [[backend]]; did you mean 'threads'?"},
    {"{}[epoch]\nepoch = 2\n", "7:1", "unknown key 'epoch' in [epoch]; did you mean 'epochs'?"},
    {"{}[[mode]]\nname = \"x\"\nvaris = []\n", "8:1", "did you mean 'varies'?"},
    {"\"a\\u001b[31m\" = 1\n{}", "1:1", "unknown key 'a\\x1b[31m'"},
    {"b = 1\na = 1\n{}", "1:1", "unknown key 'b'"},
    // Missing parts
    {"name = \"x\"\n", "", "no model; add a [[model]] table"},
    {"[step]\n[[model]]\nname = \"m\"\n", "", "no backend; add a [[backend]] table"},
    {"[[model]]\nname = \"m\"\n[[backend]]\nname = \"cpu\"\n", "", "nothing to measure"},
    {"modes = []\n{}", "1:9", "no modes; list at least one"},
    {"[step]\n[[model]]\ndepth = 8\n", "2:1", "[[model]] has no 'name'"},
    {"{}[[backend]]\nthreads = 1\n", "6:1", "[[backend]] has no 'name'"},
    // Types
    {"seed = \"1\"\n{}", "1:8", "'seed' is a string; it must be an integer from 0 to"},
    {"seed = 1.0\n{}", "1:8", "'seed' is a float"},
    {"modes = \"fixed\"\n{}", "1:9", "'modes' is a string; it must be an array of strings"},
    {"modes = [\"fixed\", 1]\n{}", "1:19", "'modes' is an integer; it must be an array of strings"},
    {"{}required = 1\n", "6:12", "'required' is an integer; it must be true or false"},
    {"{}threads = 1979-05-27\n", "6:11", "'threads' is a date or time"},
    {"step = 3\n[[model]]\nname = \"m\"\n[[backend]]\nname = \"c\"\n", "1:8", "one table, [step]"},
    {"[[step]]\n[[model]]\nname = \"m\"\n[[backend]]\nname = \"c\"\n", "1:1", "'step' is an array"},
    {"[step]\n[model]\nname = \"m\"\n", "2:1", "a list of tables, each under [[model]]"},
    {"model = [1]\n[step]\n", "1:10", "'model' is an integer; it must be a list of tables"},
    {"[step]\n[[model]]\nname = 8\n", "3:8", "'name' is an integer; it must be a string"},
    {"[step]\n[[model]]\nname = \"m\"\nlayers = []\n", "4:10", "'layers' is an empty array"},
    {"[step]\n[[model]]\nname = \"m\"\nlayers = [1, [2]]\n", "4:14",
     "'layers' is an array; it must be a boolean, a number, a string, or an array of these"},
    {"[step]\n[[model]]\nname = \"m\"\nlayers = [1, \"A b\"]\n", "4:14",
     "'m.A b' cannot be a name"},
    {"[step]\n[[model]]\nname = \"m\"\nlayers = [1, 1]\n", "3:8", "model 'm.1' is already at 3:8"},
    {"[step]\n[[model]]\nname = \"m\"\na = [1, 2]\n[[model]]\nplugin = \"p\"\nname = \"m.2\"\n", "7:8",
     "model 'm.2' is already at 3:8"},
    {"[step]\n[[model]]\nname = \"m\"\na.b = 1\n", "4:1", "'a' is a table"},
    {"[step]\n[[model]]\nname = \"m\"\nday = 12:30:00\n", "4:7", "'day' is a date or time"},
    // Ranges
    {"seed = -1\n{}", "1:8", "'seed' is -1; it must be an integer from 0"},
    {"{}threads = 0\n", "6:11", "'threads' is 0; it must be an integer from 1 to 1024"},
    {"{}threads = 1025\n", "6:11", "'threads' is 1025"},
    {"{}shards = 0\n", "6:10", "'shards' is 0; it must be an integer from 1 to 64"},
    {"{}shards = 65\n", "6:10", "'shards' is 65"},
    {"{}[epoch]\nreplicas = 0\n", "7:12",
     "'replicas' is 0; it must be an integer from 1 to 100000"},
    {"{}[epoch]\nreplicas = 100001\n", "7:12", "'replicas' is 100001"},
    {"{}[epoch]\ntarget = \"high\"\n", "7:10", "'target' is a string; it must be a finite number"},
    {"{}[epoch]\ntarget = nan\n", "7:10", "'target' is nan; it must be a finite number"},
    {"{}[epoch]\ntarget = -inf\n", "7:10", "'target' is -inf; it must be a finite number"},
    {"{}[epoch]\nepochs = 0\n", "7:10", "'epochs' is 0; it must be an integer from 1 to 100000"},
    {"step.steps = 0\n{}", "2:1", "not valid TOML"},
    // Names
    {"name = \"a:b\"\n{}", "1:8", "'a:b' cannot be a name; use up to 64 of a-z"},
    {"name = \"\"\n{}", "1:8", "'' cannot be a name"},
    {"[step]\n[[model]]\nname = \"a/b\"\n", "3:8", "'a/b' cannot be a name"},
    {"[step]\n[[model]]\nname = \"M\\u001b[2J\"\n", "3:8", "'M\\x1b[2J' cannot be a name"},
    {"[step]\n[[model]]\nname = \"manual_time\"\n", "3:8", "cannot be a name"},
    {"[step]\n[[model]]\nname = \"resnet-8\"\n", "3:8",
     "'resnet-8' cannot be a plugin; set plugin"},
    {"{}plugin = \"../evil\"\n", "6:10", "'../evil' cannot be a plugin"},
    // Duplicates
    {"{}[[model]]\nname = \"m\"\n", "7:8", "model 'm' is already at 3:8"},
    {"{}[[backend]]\nname = \"cpu\"\n", "7:8", "backend 'cpu' is already at 5:8"},
    {"modes = [\"impl\", \"impl\"]\n{}", "1:18", "mode 'impl' is already at 1:10"},
    {"modes = [\"x\"]\n{}[[mode]]\nname = \"x\"\n[[mode]]\nname = \"x\"\n", "10:8",
     "mode 'x' is already at 8:8"},
    {"seed = 1\nseed = 2\n{}", "2:8", "not valid TOML"},
    // Modes
    {"modes = [\"fixd\"]\n{}", "1:10", "unknown mode 'fixd'; did you mean 'fixed'?"},
    {"{}[[mode]]\nname = \"fixed\"\n", "7:8", "mode 'fixed' is built in"},
    {"{}[[mode]]\nname = \"x\"\n", "7:8", "mode 'x' is defined but not used"},
    {"{}[[mode]]\nname = \"x\"\nvaries = [\"ordr\"]\n", "8:11",
     "'ordr' is no factor that varies; did you mean 'order'?"},
    {"{}[[mode]]\nname = \"x\"\nvaries = [\"init\", \"init\"]\n", "8:19", "is listed twice"},
    {"{}[[mode]]\nname = \"x\"\nvaries = [\"\"]\n", "8:11", "'ulp', 'environment'"},
    {"{}[[mode]]\nname = \"x\"\nbase = \"nosy\"\n", "8:8",
     "unknown base 'nosy'; did you mean 'noisy'?; use a mode that is built in or defined above"},
    {"{}[[mode]]\nname = \"x\"\nbase = \"y\"\n[[mode]]\nname = \"y\"\n", "8:8", "unknown base 'y'"},
    {"{}[[mode]]\nname = \"x\"\nbase = \"x\"\n", "8:8", "unknown base 'x'"},
    // Knobs
    {"{}[[mode]]\nname = \"x\"\nonedn = false\n", "8:1", "did you mean 'onednn'?"},
    {"{}[[mode]]\nname = \"x\"\nonednn = \"off\"\n", "8:10",
     "'onednn' is a string; it must be true or false"},
    {"{}[[mode]]\nname = \"x\"\nthreads = true\n", "8:11", "'threads' is a boolean"},
    {"{}[[mode]]\nname = \"x\"\nthreads = 0\n", "8:11",
     "'threads' is 0; it must be an integer from 1 to 1024"},
    {"{}[[mode]]\nname = \"x\"\naten_cpu_capability = \"avx22\"\n", "8:23",
     "'aten_cpu_capability' is 'avx22'; did you mean 'avx2'?; it must be one of 'default', 'avx2', "
     "'avx512', or '' for no ATEN_CPU_CAPABILITY"},
    // Costs by knob; kSmallest begins with [step]
    {"step.cost_by_knob = [\"fixd\"]\n[[model]]\nname = \"m\"\n[[backend]]\nname = \"c\"\n", "1:22",
     "unknown mode 'fixd'; did you mean 'fixed'?; 'modes' lists 'fixed', 'noisy'"},
    {"step.cost_by_knob = [\"fixed\", \"fixed\"]\n[[model]]\nname = \"m\"\n[[backend]]\nname = "
     "\"c\"\n",
     "1:31", "mode 'fixed' is already at 1:22"},
    {"step.cost_by_knob = [\"noisy\"]\n[[model]]\nname = \"m\"\n[[backend]]\nname = \"c\"\n",
     "1:22", "mode 'noisy' has the tooling of 'noisy', which costs are relative to"},
    {"modes = [\"noisy\", \"environment\"]\nstep.cost_by_knob = [\"environment\"]\n[[model]]\n"
     "name = \"m\"\n[[backend]]\nname = \"c\"\n",
     "2:22", "the replicas of mode 'environment' differ in their tooling"},
    {"modes = [\"noisy\", \"fixed\", \"fixed.only-deterministic\"]\n"
     "step.cost_by_knob = [\"fixed\"]\n[[mode]]\nname = \"fixed.only-deterministic\"\n[[model]]\n"
     "name = \"m\"\n[[backend]]\nname = \"c\"\n",
     "2:22", "makes a mode 'fixed.only-deterministic' of its own"},
    // TOML itself
    {"seed =\n{}", "1:7", "not valid TOML"},
    {"[step\n", "1:6", "not valid TOML"},
    {"[\n0", "1:1", "not valid TOML; check brackets and quotes"},
    {"seed = 1\n\nmodes = [}\n{}", "3:1", "not valid TOML; check brackets and quotes"},
    {"t=[}", "1:1", "not valid TOML; check brackets and quotes"},
    {"[[ ]]\n", "1:4", "not valid TOML"},
    {"name = \"unclosed\n{}", "1:17", "not valid TOML"},
    {"a = [[[[[[[[[[1]]]]]]]]]]\n{}", "1:13", "maximum nested value depth of 8"},
    {"s\u00e9ed = 1\n{}", "1:2", "not valid TOML"},
    {"# \"\nseed = 5:0Z\"\u00e9\n{}", "2:8", "not valid TOML"},
    // Bytes
    {"", "", "the file is empty"},
    {"\xef\xbb\xbf{}", "1:1", "byte order mark"},
    {"\xff\xfe[\0", "1:1", "the byte 0xff is not UTF-8"},
    {"# \xc3\xa9 \xe9\n{}", "1:5", "the byte 0xe9 is not UTF-8"},
    {"# a\0b\n{}"s, "1:4", "control or invisible character U+0000"},
    {"name = \"\x1b\"\n{}", "1:9", "control or invisible character U+001B"},
    {"# \u202e\n{}", "1:3", "control or invisible character U+202E"},
    {"seed = 1\rname = 2\n{}", "1:9", "control or invisible character U+000D"},
    {"#" + std::string(1024, 'x') + "\n{}", "1:1", "the line has 1025 bytes, more than 1024"},
    {std::string(1048577, '\n'), "", "over 1048576 bytes"},
    {" \n# nothing\n", "", "no model"},
};

TEST(Suite, SaysWhatIsWrongAndWhere) {
  for (const BadSuite& bad : kBadSuites) {
    std::string text = bad.text;
    if (const std::size_t rest = text.find("{}"); rest != std::string::npos) {
      text.replace(rest, 2, kSmallest);
    }
    const std::string message = message_of(text);
    SCOPED_TRACE(bad.text.substr(0, 200));
    EXPECT_THAT(message,
                StartsWith("s.toml:" + (bad.position.empty() ? " " : bad.position + ": ")));
    EXPECT_THAT(message, HasSubstr(bad.what));
    EXPECT_TRUE(std::all_of(message.begin(), message.end(), [](char c) {
      return c == '\n' || static_cast<unsigned char>(c) >= ' ';
    })) << message;
  }
}

TEST(Suite, RefusesStepsAndBlocksOutOfRange) {
  const auto with = [](const std::string& step) { return "[step]\n" + step + kSmallest.substr(7); };
  EXPECT_THAT(message_of(with("steps = 0\n")), StartsWith("s.toml:2:9: 'steps' is 0"));
  EXPECT_THAT(message_of(with("steps = 1000001\n")), StartsWith("s.toml:2:9: 'steps' is 1000001"));
  EXPECT_THAT(message_of(with("warmup = -1\n")), StartsWith("s.toml:2:10: 'warmup' is -1"));
  EXPECT_THAT(message_of(with("warmup = 1000001\n")), StartsWith("s.toml:2:10: 'warmup' is 1000"));
  EXPECT_THAT(message_of(with("blocks = 0\n")), StartsWith("s.toml:2:10: 'blocks' is 0"));
  EXPECT_THAT(message_of(with("blocks = 41\n")),
              StartsWith("s.toml:2:10: 'blocks' is 41, more than the 40 steps"));
  EXPECT_EQ(message_of(with("blocks = 40\n")), "accepted");
  EXPECT_THAT(message_of(with("precision = 0\n")),
              StartsWith("s.toml:2:13: 'precision' is 0; it must be a number from 0.001 to 0.5"));
  EXPECT_THAT(message_of(with("precision = nan\n")), StartsWith("s.toml:2:13: 'precision' is nan"));
  EXPECT_THAT(message_of(with("precision = 2\n")), StartsWith("s.toml:2:13: 'precision' is 2"));
  EXPECT_THAT(message_of(with("precision = \"2%\"\n")),
              StartsWith("s.toml:2:13: 'precision' is a string; it must be a number from"));
  EXPECT_THAT(message_of(with("time_cap = 0.5\n")), StartsWith("s.toml:2:12: 'time_cap' is 0.5"));
  EXPECT_THAT(message_of(with("replicas = 9223372036854775807\n")), StartsWith("s.toml:2:12: "));
}

TEST(Suite, ShowsTheLineAtFaultWithoutItsControlCharacters) {
  EXPECT_EQ(message_of("seed = 1 \t\x1b[31m\n" + kSmallest),
            "s.toml:1:11: control or invisible character U+001B; delete it\n"
            "  | seed = 1 \\x09\\x1b[31m");
}

TEST(Suite, NeutralisesTheFileName) {
  try {
    (void)parse_suite("", "a\x1b[31m.toml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), StartsWith("a\\x1b[31m.toml: the file is empty"));
  }
}

TEST(Suite, NeedsANameIfTheFileHasNoUsableOne) {
  try {
    (void)parse_suite(kSmallest, "My Suite.toml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the file's name gives the suite none: 'My Suite' cannot"));
  }
  EXPECT_EQ(parse_suite("name = \"mine\"\n" + kSmallest, "My Suite.toml").name, "mine");
}

TEST(Suite, RefusesMoreCellsThanAnyoneCanMean) {
  std::string text = "[step]\n[epoch]\n";
  for (int i = 0; i < 160; ++i) {
    text += "[[model]]\nname = \"m" + std::to_string(i) + "\"\n[[backend]]\nname = \"b" +
            std::to_string(i) + "\"\n";
  }
  EXPECT_THAT(message_of(text), HasSubstr("102400 cells"));
}

TEST(Suite, SurvivesDeepKeys) {
  std::string deep = "a";
  for (int i = 0; i < 500; ++i) deep += ".a";
  const std::string header = "[" + deep + "]\n" + deep + " = 1\n";
  EXPECT_THAT(message_of(header + kSmallest), StartsWith("s.toml:1:2: unknown key 'a'"));
}

TEST(Suite, RefusesEveryTruncationOrReadsIt) {
  const std::string text =
      "modes = [\"x\"]\n" + kSmallest + "[[mode]]\nname = \"x\"\nvaries = []\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::string message = message_of(text.substr(0, size));
    EXPECT_TRUE(message == "accepted" || message.starts_with("s.toml:")) << message;
  }
}

TEST(Suite, RefusesEveryFlippedBitOrReadsIt) {
  const std::string text =
      "modes = [\"x\"]\n" + kSmallest + "[[mode]]\nname = \"x\"\nvaries = []\n";
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const std::string message = message_of(flipped);
    EXPECT_TRUE(message == "accepted" || message.starts_with("s.toml:")) << message;
  }
}

class SuiteFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "ndbench-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& text) const {
    const auto file = folder_ / "suite.toml";
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

  static std::string message_of_file(const std::filesystem::path& file) {
    try {
      (void)read_suite(file);
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_THAT(message, StartsWith(file.string() + ": "));
      return message;
    }
    return "accepted";
  }

  std::filesystem::path folder_;
};

TEST_F(SuiteFile, IsReadWhole) {
  const Suite suite = read_suite(write(kSmallest));
  EXPECT_EQ(suite.name, "suite");
  EXPECT_EQ(suite.hash, "f9868fb578183c56961bd9205060cb43");
}

TEST_F(SuiteFile, MustExist) {
  EXPECT_THAT(message_of_file(folder_ / "missing.toml"), HasSubstr("No such file or directory"));
}

TEST_F(SuiteFile, MustNotBeADirectory) {
  EXPECT_THAT(message_of_file(folder_), HasSubstr("this is a directory"));
}

TEST_F(SuiteFile, MustNotBeAFifo) {
  const auto fifo = folder_ / "fifo.toml";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(message_of_file(fifo), HasSubstr("not a regular file"));
}

TEST_F(SuiteFile, MustNotBeADevice) {
  EXPECT_THAT(message_of_file("/dev/zero"), HasSubstr("not a regular file"));
}

TEST_F(SuiteFile, MustBeReadable) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const auto file = write(kSmallest);
  std::filesystem::permissions(file, std::filesystem::perms::none);
  EXPECT_THAT(message_of_file(file), HasSubstr("Permission denied"));
}

TEST_F(SuiteFile, MustNotBeEmpty) {
  EXPECT_THAT(message_of_file(write("")), HasSubstr("the file is empty"));
}

TEST_F(SuiteFile, MustNotBeHuge) {
  EXPECT_THAT(message_of_file(write(std::string(10'000'000, '#'))), HasSubstr("over 1048576"));
}

// What resolve_parameters makes of one value given for one declared parameter.
std::string resolve(const Parameter& declared, const std::string& name, ParameterValue value) {
  ModelEntry model{.name = "resnet8", .plugin = "resnet", .parameters = {}, .position = {}};
  model.parameters.push_back(
      {.name = name, .value = std::move(value), .position = {"s.toml", 12, 3}});
  try {
    (void)resolve_parameters(model, {declared});
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

const Parameter kDepth{
    .name = "depth", .default_value = std::int64_t{8}, .summary = "", .minimum = 1, .maximum = 98};
const Parameter kRate{.name = "rate", .default_value = 0.1, .summary = "", .minimum = 0.0};
const Parameter kDecay{.name = "decay", .default_value = 0.1, .summary = ""};
const Parameter kOptimizer{
    .name = "optimizer", .default_value = "sgd"s, .summary = "", .choices = {"sgd", "adam"}};
const Parameter kData{.name = "data", .default_value = "cifar-10"s, .summary = ""};
const Parameter kAugment{.name = "augment", .default_value = true, .summary = ""};

TEST(ResolveParameters, GivesNothingForNothing) {
  EXPECT_TRUE(resolve_parameters({}, {}).values().empty());
}

TEST(ResolveParameters, UsesDefaultsForWhatTheSuiteLeavesOut) {
  const Parameters parameters =
      resolve_parameters({}, {kDepth, kRate, kOptimizer, kData, kAugment});
  EXPECT_EQ(parameters.integer("depth"), 8);
  EXPECT_EQ(parameters.real("rate"), 0.1);
  EXPECT_EQ(parameters.text("optimizer"), "sgd");
  EXPECT_EQ(parameters.text("data"), "cifar-10");
  EXPECT_TRUE(parameters.boolean("augment"));
}

TEST(ResolveParameters, PutsTheSuitesValueInPlaceOfTheDefault) {
  const Suite suite = parse_suite(R"([step]
[[backend]]
name = "cpu"
[[model]]
name = "m"
depth = 98
rate = 1
optimizer = "adam"
augment = false
)",
                                  "s.toml");
  const Parameters parameters =
      resolve_parameters(suite.models[0], {kDepth, kRate, kOptimizer, kAugment});
  EXPECT_EQ(parameters.integer("depth"), 98);
  EXPECT_EQ(parameters.real("rate"), 1.0);
  EXPECT_EQ(parameters.text("optimizer"), "adam");
  EXPECT_FALSE(parameters.boolean("augment"));
}

TEST(ResolveParameters, RefusesUnknownKeysAndListsTheAcceptedOnes) {
  EXPECT_EQ(resolve(kDepth, "detph", std::int64_t{8}),
            "s.toml:12:3: model 'resnet8' (plugin 'resnet') has no parameter 'detph'; did you mean "
            "'depth'?; accepted: 'depth'");
  EXPECT_THAT(resolve(kDepth, "x\x1b", true), HasSubstr("no parameter 'x\\x1b'; accepted: "));
}

TEST(ResolveParameters, RefusesOtherTypes) {
  EXPECT_EQ(resolve(kDepth, "depth", 8.0),
            "s.toml:12:3: parameter 'depth' of model 'resnet8' is 8; it must be an integer from 1 "
            "to 98");
  EXPECT_THAT(resolve(kDepth, "depth", true), HasSubstr("is true; it must be an integer"));
  EXPECT_THAT(resolve(kAugment, "augment", std::int64_t{1}), HasSubstr("must be true or false"));
  EXPECT_THAT(resolve(kData, "data", 1.5), HasSubstr("is 1.5; it must be a string"));
  EXPECT_THAT(resolve(kRate, "rate", "0.1"s), HasSubstr("is '0.1'; it must be a finite number"));
}

TEST(ResolveParameters, RefusesNumbersOutOfRange) {
  EXPECT_THAT(resolve(kDepth, "depth", std::int64_t{0}), HasSubstr("is 0; it must be an integer"));
  EXPECT_THAT(resolve(kDepth, "depth", std::int64_t{99}), HasSubstr("from 1 to 98"));
  EXPECT_EQ(resolve(kDepth, "depth", std::int64_t{1}), "accepted");
  EXPECT_EQ(resolve(kDepth, "depth", std::int64_t{98}), "accepted");
  EXPECT_THAT(resolve(kRate, "rate", -1e-9), HasSubstr("must be a finite number from 0"));
  EXPECT_EQ(resolve(kRate, "rate", 0.0), "accepted");
}

TEST(ResolveParameters, RefusesInfinityAndNan) {
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_THAT(resolve(kDecay, "decay", bad), HasSubstr("it must be a finite number")) << bad;
  }
  EXPECT_EQ(resolve(kDecay, "decay", std::numeric_limits<double>::max()), "accepted");
}

TEST(ResolveParameters, RefusesWordsThatAreNoChoice) {
  EXPECT_THAT(resolve(kOptimizer, "optimizer", "adm"s),
              HasSubstr("is 'adm'; it must be one of 'sgd', 'adam'; did you mean 'adam'?"));
  EXPECT_EQ(resolve(kOptimizer, "optimizer", "adam"s), "accepted");
  EXPECT_EQ(resolve(kData, "data", "anything"s), "accepted");
}

}  // namespace
}  // namespace ndbench
