#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "core/json_text.h"
#include "core/record_json.h"
#include "core/trace_json.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Record step_record() {
  Record record;
  record.cell = {{"m", "m", {}, {}},
                 {.name = "cpu", .plugin = "cpu", .position = {}},
                 {.name = "noisy", .init = true},
                 ScopeKind::kStep};
  record.replica = 1;
  record.seeds = {0, 10, 0xfedcba9876543210, 255};
  record.parameters = Parameters(
      {{"depth", std::int64_t{8}}, {"rate", 2.0}, {"augment", true}, {"dataset", "fashion"}});
  record.in_force = {{"threads", "2"}};
  record.libraries = {{"LibTorch", "1.13.1"}};
  record.environment = {{"OMP_NUM_THREADS", "2"}};
  record.load_average = {0.5, 0.25, 0.125};
  record.prepare_seconds = 0.75;
  record.warmup_steps = 5;
  MeasuredBlock block;
  block.seconds = {0.5};
  block.cpu_seconds = 1.0;
  block.run_queue_seconds = 0.125;
  block.host = {.window_seconds = 0.75,
                .steal_share = 0.0,
                .others_cores = 0.25,
                .frequency = 3e9,
                .runnable = 1,
                .processors = 2};
  record.discarded = {block};
  record.discarded[0].disturbed = "a neighbour";
  record.blocks = {block, block};
  record.blocks[0].times_before = 1;
  record.blocks[0].losses = {0.5, 0.25};
  record.blocks[1].block = 1;
  record.blocks[1].seconds = {0.25};
  record.blocks[1].host = {};
  record.steps = {{0.5, 0.25}, {2.0, 1.0, 0.5}, 1.5, 16, 2.0, 0.25};
  record.state = {"ab12", {{"w", "1"}, {"b", "2"}}};
  record.peak_memory_bytes = 4096;
  return record;
}

Record epoch_record() {
  Record record = step_record();
  record.cell.scope = ScopeKind::kEpoch;
  record.warmup_steps = 0;
  record.blocks.clear();
  record.discarded.clear();
  record.steps = {};
  record.epochs = {{1.0, 0.125, 0.5, 2.0, 100, 0.9, {"accuracy", 0.25, true, 10, {3, 4}}},
                   {2.0, 0.25, 0.5, 4.0, 100, 0.8, {"accuracy", 0.75, true, 10, {}}}};
  record.epochs.front().trace_seconds = 0.0625;
  return record;
}

/// The record as a reader of the journal sees it: by a strict parser, from one line.
json read_back(const Record& record) {
  const std::string line = json_text(to_json(record, "0123456789abcdef"));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  return json::parse(line);
}

TEST(Record, TakesTheMedianOfItsSteps) {
  Record record = step_record();
  record.steps.seconds = {4.0, 1.0, 2.0};
  EXPECT_EQ(record.iterations(), 3);
  EXPECT_EQ(record.real_seconds(), 2.0);
  EXPECT_EQ(record.cpu_seconds(), 0.5);
  EXPECT_EQ(record.samples_per_second(), 8.0);
  EXPECT_EQ(record.evaluation(), nullptr);
}

TEST(Record, TakesTheMeanOfItsEpochs) {
  const Record record = epoch_record();
  EXPECT_EQ(record.iterations(), 2);
  EXPECT_EQ(record.real_seconds(), 2.0);
  EXPECT_EQ(record.cpu_seconds(), 3.0);
  EXPECT_EQ(record.samples_per_second(), 50.0);
  ASSERT_NE(record.evaluation(), nullptr);
  EXPECT_EQ(record.evaluation()->value, 0.75);
}

TEST(Record, HasNoNumbersWithoutSamples) {
  for (const ScopeKind scope : {ScopeKind::kStep, ScopeKind::kEpoch}) {
    Record record;
    record.cell.scope = scope;
    EXPECT_EQ(record.iterations(), 0);
    EXPECT_TRUE(std::isnan(record.real_seconds()));
    EXPECT_TRUE(std::isnan(record.cpu_seconds()));
    EXPECT_TRUE(std::isnan(record.samples_per_second()));
    EXPECT_EQ(record.evaluation(), nullptr);
  }
}

TEST(RecordJson, SaysAllOfAStepRecord) {
  EXPECT_EQ(read_back(step_record()), json::parse(R"({
    "version": 5,
    "type": "record",
    "name": "m/cpu/noisy/step",
    "model": "m",
    "backend": "cpu",
    "mode": "noisy",
    "scope": "step",
    "replica": 1,
    "jobs": 1,
    "outcome": {"status": "passed"},
    "seeds": {"init": "0000000000000000", "order": "000000000000000a",
              "augment": "fedcba9876543210", "dropout": "00000000000000ff"},
    "parameters": {"depth": 8, "rate": 2.0, "augment": true, "dataset": "fashion"},
    "tooling": {},
    "load_average": [0.5, 0.25, 0.125],
    "environment": {"OMP_NUM_THREADS": "2"},
    "in_force": {"threads": "2"},
    "libraries": {"LibTorch": "1.13.1"},
    "target": "0123456789abcdef",
    "round_seconds": 0.0,
    "prepare_seconds": 0.75,
    "samples": {"warmup_steps": 5, "batch_size": 16, "step_seconds": [0.5, 0.25],
                "cpu_seconds": 1.5, "run_queue_seconds": 0.25, "losses": [2.0, 1.0, 0.5],
                "blocks": [
                  {"steps": 1, "cpu_seconds": 1.0, "run_queue_seconds": 0.125,
                   "window_seconds": 0.75, "steal_share": 0.0, "others_cores": 0.25,
                   "frequency": 3e9, "runnable": 1, "measured_again": 1, "losses": [0.5, 0.25]},
                  {"steps": 1, "cpu_seconds": 1.0, "run_queue_seconds": 0.125,
                   "window_seconds": 0.0, "steal_share": null, "others_cores": null,
                   "frequency": null}],
                "discarded_blocks": [
                  {"steps": 1, "cpu_seconds": 1.0, "run_queue_seconds": 0.125,
                   "window_seconds": 0.75, "steal_share": 0.0, "others_cores": 0.25,
                   "frequency": 3e9, "runnable": 1, "disturbed": "a neighbour", "block": 0,
                   "step_seconds": [0.5]}]},
    "state_hash": "ab12",
    "state_tensors": 2,
    "peak_memory_bytes": 4096
  })"));
}

TEST(RecordJson, KeepsTheTypesOfParameters) {
  const json parameters = read_back(step_record()).at("parameters");
  EXPECT_TRUE(parameters.at("depth").is_number_integer());
  EXPECT_TRUE(parameters.at("rate").is_number_float());
  EXPECT_TRUE(parameters.at("augment").is_boolean());
  EXPECT_TRUE(parameters.at("dataset").is_string());
}

TEST(RecordJson, SaysEveryEpoch) {
  const json record = read_back(epoch_record());
  EXPECT_EQ(record.at("scope"), "epoch");
  EXPECT_EQ(record.at("samples"), json::parse(R"({"epochs": [
    {"train_seconds": 1.0, "input_seconds": 0.125, "evaluate_seconds": 0.5, "cpu_seconds": 2.0, "run_queue_seconds": null, "examples": 100,
     "trace_seconds": 0.0625, "loss": 0.9, "evaluation": {"metric": "accuracy", "value": 0.25, "higher_is_better": true,
                                 "examples": 10}},
    {"train_seconds": 2.0, "input_seconds": 0.25, "evaluate_seconds": 0.5, "cpu_seconds": 4.0, "run_queue_seconds": null, "examples": 100,
     "trace_seconds": 0.0, "loss": 0.8, "evaluation": {"metric": "accuracy", "value": 0.75, "higher_is_better": true,
                                 "examples": 10}}]})"));
}

TEST(RecordJson, SaysWhatWentOnBesideAnEpoch) {
  Record record = epoch_record();
  record.blocks.resize(1);
  record.blocks[0].block = 1;
  record.blocks[0].host.others_cores = 0.5;
  record.blocks[0].disturbed = "a neighbour";
  const json epochs = read_back(record).at("samples").at("epochs");
  EXPECT_FALSE(epochs.at(0).contains("disturbed"));
  EXPECT_EQ(epochs.at(1).at("disturbed"), "a neighbour");
  EXPECT_EQ(epochs.at(1).at("others_cores"), 0.5);
  EXPECT_TRUE(epochs.at(1).at("frequency").is_null());
}

TEST(RecordJson, SaysHowManyReplicasRanSideBySide) {
  Record record = epoch_record();
  EXPECT_TRUE(record.has_times_to_compare());
  record.jobs = 2;
  EXPECT_FALSE(record.has_times_to_compare());
  EXPECT_EQ(read_back(record).at("jobs"), 2);
}

TEST(RecordJson, SaysWhatTheEvaluationSaysBeside) {
  Record record = epoch_record();
  Evaluation& evaluation = record.epochs.back().evaluation;
  evaluation.other = {{"ratio_to_last_frame", 0.5}, {"undefined", kNan}};
  evaluation.slices = {{.name = "group/Old",
                        .examples = 5,
                        .decisions = 10,
                        .correct = 8,
                        .positives = 4,
                        .false_negatives = 1,
                        .negatives = 6,
                        .false_positives = 3},
                       {.name = "class/none"}};
  const json line = read_back(record).at("samples").at("epochs").at(1).at("evaluation");
  EXPECT_EQ(line.at("other"), json::parse(R"({"ratio_to_last_frame": 0.5, "undefined": null})"));
  EXPECT_EQ(line.at("slices"), json::parse(R"([
    {"name": "group/Old", "examples": 5, "decisions": 10, "correct": 8, "positives": 4,
     "false_negatives": 1, "negatives": 6, "false_positives": 3, "accuracy": 0.8,
     "false_negative_rate": 0.25, "false_positive_rate": 0.5},
    {"name": "class/none", "examples": 0, "decisions": 0, "correct": 0, "positives": 0,
     "false_negatives": 0, "negatives": 0, "false_positives": 0, "accuracy": null,
     "false_negative_rate": null, "false_positive_rate": null}])"));
}

TEST(RecordJson, SaysTimeAndMemoryOfADeviceThatHasItsOwn) {
  Record record = step_record();
  EXPECT_FALSE(read_back(record).contains("peak_device_memory_bytes"));
  EXPECT_FALSE(read_back(record).at("samples").contains("device_seconds"));
  record.peak_device_memory_bytes = 1 << 20;
  record.steps.device_seconds = 0.625;
  record.blocks[1].device_seconds = 0.125;
  const json line = read_back(record);
  EXPECT_EQ(line.at("peak_device_memory_bytes"), 1 << 20);
  const json& samples = line.at("samples");
  EXPECT_EQ(samples.at("device_seconds"), 0.625);
  EXPECT_FALSE(samples.at("blocks").at(0).contains("device_seconds"));
  EXPECT_EQ(samples.at("blocks").at(1).at("device_seconds"), 0.125);
  const Record again = record_from_json(line, record.cell);
  EXPECT_EQ(again.peak_device_memory_bytes, 1 << 20);
  EXPECT_EQ(again.steps.device_seconds, 0.625);
  EXPECT_TRUE(std::isnan(again.blocks[0].device_seconds));
  EXPECT_EQ(again.blocks[1].device_seconds, 0.125);
}

TEST(RecordJson, SaysWhyNothingWasMeasured) {
  Record record;
  record.cell = step_record().cell;
  record.outcome = skipped("no device");
  json line = read_back(record);
  EXPECT_EQ(line.at("outcome"), json::parse(R"({"status": "skipped", "reason": "no device"})"));
  EXPECT_FALSE(line.contains("samples"));
  EXPECT_FALSE(line.contains("state_hash"));
  record.outcome = failed(ExitCode::kBenchmarkFailed, "killed", "train");
  record.outcome.output = "last words";
  line = read_back(record);
  EXPECT_EQ(line.at("outcome"), json::parse(R"({"status": "failed", "reason": "killed",
                                                "exit_code": 12, "phase": "train", "output": "last words"})"));
}

TEST(RecordJson, SaysTheTraceOfAReplicaThatFailedToo) {
  Record record;
  record.cell = step_record().cell;
  EXPECT_FALSE(read_back(record).contains("trace"));
  record.outcome = failed(ExitCode::kBenchmarkFailed, "killed", "train");
  record.trace = {{.step = 0, .state_hash = "aa", .not_compared = "no room"},
                  {.step = 16,
                   .state_hash = "bb",
                   .input_hash = "cc",
                   .differences = {{"weights",
                                    {.elements = 8,
                                     .differing = 2,
                                     .v_c = 0.25,
                                     .v_ermv = 0.5,
                                     .unbounded = 1,
                                     .distance = 1.5,
                                     .normalized_distance = kNan}}}}};
  EXPECT_EQ(json::parse(json_text(to_json(record.trace))), json::parse(R"([
    {"step": 0, "state_hash": "aa", "not_compared": "no room"},
    {"step": 16, "state_hash": "bb", "input_hash": "cc", "differences": {"weights":
      {"elements": 8, "differing": 2, "v_c": 0.25, "v_ermv": 0.5, "unbounded": 1, "distance": 1.5,
       "normalized_distance": null}}}])"));
}

/// Written, read and written again.
void expect_round_trip(const Record& record) {
  const json line = read_back(record);
  Record read = record_from_json(line, record.cell);
  read.state.tensor_hashes = record.state.tensor_hashes;  // of a side file
  EXPECT_EQ(read_back(read), line);
}

TEST(RecordJson, IsReadAsItWasWritten) {
  expect_round_trip(step_record());
  expect_round_trip(epoch_record());
  Record failure = step_record();
  failure.outcome = failed(ExitCode::kPluginRejected, "no such plugin", "load");
  failure.outcome.output = "what it printed";
  failure.steps.losses.at(0) = kNan;
  expect_round_trip(failure);
  Record watched = epoch_record();
  watched.blocks.resize(1);
  watched.blocks[0].host.others_cores = 0.5;
  watched.blocks[0].disturbed = "a neighbour";
  watched.epochs.back().evaluation.slices = {{.name = "class/a", .examples = 3}};
  watched.epochs.back().evaluation.other = {{"ratio", kNan}};
  expect_round_trip(watched);
}

TEST(RecordJson, KeepsItsTimesToTheLastBit) {
  Record record = step_record();
  record.steps.seconds = {0.1, 1.0 / 3.0};
  const Record read = record_from_json(read_back(record), record.cell);
  EXPECT_EQ(read.steps.seconds, record.steps.seconds);
  EXPECT_EQ(read.blocks.at(1).seconds, std::vector<double>{1.0 / 3.0});
  EXPECT_EQ(read.seeds.augment, record.seeds.augment);
}

TEST(RecordJson, IsNotReadFromAnythingElse) {
  const Record record = step_record();
  const json line = read_back(record);
  for (const auto& [name, value] : line.items()) {
    json changed = line;
    changed[name] = json::array({json::object()});
    try {
      (void)record_from_json(changed, record.cell);
    } catch (const Error&) {
    }
  }
  json newer = line;
  newer["version"] = kRecordVersion + 1;
  EXPECT_THROW((void)record_from_json(newer, record.cell), Error);
  json short_of_times = line;
  short_of_times["samples"]["step_seconds"] = json::array();
  EXPECT_THROW((void)record_from_json(short_of_times, record.cell), Error);
}

// The JSON library casts, and what no integer holds is undefined.
TEST(RecordJson, TakesIntegersForIntegersAlone) {
  const Record record = step_record();
  const json line = read_back(record);
  for (const json& value : {json(3.3e72), json(1.5), json(1e300), json(true), json("1"),
                            json(std::uint64_t{1} << 32U), json(nullptr)}) {
    for (const char* key : {"version", "replica", "jobs"}) {
      json changed = line;
      changed[key] = value;
      EXPECT_THROW((void)record_from_json(changed, record.cell), Error) << key << " " << value;
    }
    json changed = line;
    changed["left_processes"]["daemon"] = value;
    EXPECT_THROW((void)record_from_json(changed, record.cell), Error) << value;
  }
}

TEST(RecordJson, SaysWhatItsWorkersWereAndDidBeside) {
  Record record = step_record();
  record.model_plugin = {PluginKind::kModel, "m", "/m.so", "01"};
  record.backend_plugin = {PluginKind::kBackend, "cpu", "/cpu.so", "02"};
  record.attempts = {failed(ExitCode::kBenchmarkFailed, "killed", "train"), skipped("again")};
  record.left_processes = {{"sleep", 2}};
  const json object = read_back(record);
  EXPECT_EQ(object.at("plugins"), json::parse(R"({
       "model": {"path": "/m.so", "hash": "01"}, "backend": {"path": "/cpu.so", "hash": "02"}})"));
  EXPECT_EQ(object.at("attempts"),
            json::parse(R"([{"status": "failed", "reason": "killed", "exit_code": 12,
                              "phase": "train"},
                            {"status": "skipped", "reason": "again"}])"));
  EXPECT_EQ(object.at("left_processes"), json::parse(R"({"sleep": 2})"));
  expect_round_trip(record);
}

TEST(RecordJson, LeavesLogitsOut) {
  Record record = epoch_record();
  record.epochs.back().evaluation.logits = {0.5F, 0.25F};
  EXPECT_THAT(json_text(to_json(record, "")), Not(HasSubstr("logits")));
}

TEST(RecordJson, KeepsTheSamplesOfABreach) {
  Record record = step_record();
  record.outcome = failed(ExitCode::kDeterminismBreach, "breached");
  const json line = read_back(record);
  EXPECT_EQ(line.at("outcome").at("status"), "failed");
  EXPECT_EQ(line.at("samples").at("step_seconds").size(), 2U);
  EXPECT_EQ(line.at("state_hash"), "ab12");
}

TEST(RecordJson, HasNullForADivergedLoss) {
  Record record = step_record();
  record.steps.losses = {kNan, kInfinity, -kInfinity, 1.0};
  record.parameters = Parameters({{"rate", kInfinity}});
  const json line = read_back(record);
  EXPECT_EQ(line.at("samples").at("losses"), json::parse("[null, null, null, 1.0]"));
  EXPECT_TRUE(line.at("parameters").at("rate").is_null());
}

TEST(RecordJson, ReplacesWhatIsNotUtf8) {
  Record record = step_record();
  record.outcome = failed(ExitCode::kBenchmarkFailed, "bad \xC3(", "\xFF");
  record.outcome.output = std::string("\x1b[0m\0\xF0\x9F", 7);
  const json outcome = read_back(record).at("outcome");
  EXPECT_EQ(outcome.at("reason"), "bad \uFFFD(");
  EXPECT_EQ(outcome.at("phase"), "\uFFFD");
  EXPECT_EQ(outcome.at("output"), std::string("\x1b[0m\0\uFFFD", 8));
}

TEST(RecordJson, ReadsBackEveryDoubleExactly) {
  Record record = step_record();
  record.steps.losses = {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, -0.0};
  const json losses = read_back(record).at("samples").at("losses");
  for (std::size_t i = 0; i < record.steps.losses.size(); ++i) {
    EXPECT_EQ(losses.at(i).get<double>(), record.steps.losses[i]);
  }
  EXPECT_TRUE(std::signbit(losses.at(4).get<double>()));
}

}  // namespace
}  // namespace ndbench
