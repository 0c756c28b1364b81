#include "core/protocol.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "ndbench/error.h"
#include "protocol_frame.h"

namespace ndbench {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// Places in the list of messages.
template <typename Body, std::size_t Place = 0>
constexpr std::uint16_t place() {
  if constexpr (std::is_same_v<std::variant_alternative_t<Place, Message>, Body>) {
    return Place;
  } else {
    return place<Body, Place + 1>();
  }
}
constexpr std::uint16_t kFinishRequest = place<FinishRequest>();
constexpr std::uint16_t kStepSamples = place<StepSamples>();
constexpr std::uint16_t kPhaseNote = place<PhaseNote>();
constexpr std::uint16_t kUnknown = std::variant_size_v<Message>;

/// What comes out of a decoder that is fed one frame.
template <typename Body>
Body decoded(const Body& body) {
  MessageDecoder decoder;
  decoder.feed(encode(body, 0));
  const std::optional<Message> message = decoder.next();
  EXPECT_FALSE(decoder.next().has_value());
  return std::get<Body>(message.value());
}

/// What a decoder makes of `bytes`: "message", "nothing", or the text of its error.
std::string verdict(std::string_view bytes) {
  MessageDecoder decoder;
  decoder.feed(bytes);
  try {
    return decoder.next().has_value() ? "message" : "nothing";
  } catch (const Error& error) {
    return error.what();
  }
}

using ndbench::frame_around;
std::string frame_around(const json& body, std::uint16_t type) {
  std::string payload;
  json::to_msgpack(body, payload);
  return frame_around(payload, type);
}

TEST(Protocol, KeepsADescribeRequest) {
  const PluginFile plugin =
      decoded(DescribeRequest{{PluginKind::kBackend, "onednn", "/a b/é/漢.so"}}).plugin;
  EXPECT_EQ(plugin.kind, PluginKind::kBackend);
  EXPECT_EQ(plugin.name, "onednn");
  EXPECT_EQ(plugin.path, "/a b/é/漢.so");
}

TEST(Protocol, KeepsAPrepareRequest) {
  PrepareRequest sent;
  sent.model = {PluginKind::kModel, "m", "/m.so"};
  sent.backend = {PluginKind::kBackend, "b", "/b.so"};
  sent.parameters = Parameters({{"depth", std::int64_t{8}}});
  sent.seeds = {1, 2, 3, std::numeric_limits<std::uint64_t>::max()};
  sent.settings.threads = 2;
  sent.settings.switches["deterministic"] = true;
  sent.data_path = {"/data", "relative"};
  sent.ulp_seed = std::numeric_limits<std::uint64_t>::max();
  const PrepareRequest request = decoded(sent);
  EXPECT_EQ(request.ulp_seed, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(request.model.kind, PluginKind::kModel);
  EXPECT_EQ(request.model.name, "m");
  EXPECT_EQ(request.model.path, "/m.so");
  EXPECT_EQ(request.backend.kind, PluginKind::kBackend);
  EXPECT_EQ(request.backend.name, "b");
  EXPECT_EQ(request.backend.path, "/b.so");
  EXPECT_EQ(request.parameters.integer("depth"), 8);
  EXPECT_EQ(request.seeds.init, 1U);
  EXPECT_EQ(request.seeds.order, 2U);
  EXPECT_EQ(request.seeds.augment, 3U);
  EXPECT_EQ(request.seeds.dropout, 18446744073709551615U);
  EXPECT_EQ(request.settings.threads, 2);
  EXPECT_TRUE(request.settings.switches.at("deterministic"));
  EXPECT_THAT(request.data_path, ElementsAre("/data", "relative"));
}

TEST(Protocol, KeepsTheTypeOfEveryParameterValue) {
  const std::map<std::string, ParameterValue> values{
      {"false", false},
      {"true", true},
      {"zero", std::int64_t{0}},
      {"least", std::numeric_limits<std::int64_t>::min()},
      {"most", std::numeric_limits<std::int64_t>::max()},
      {"two", 2.0},
      {"minus_zero", -0.0},
      {"tenth", 0.1},
      {"largest", std::numeric_limits<double>::max()},
      {"smallest", std::numeric_limits<double>::denorm_min()},
      {"empty", ""},
      {"text", "1"},
      {"unicode", "é漢\xF0\x9F\x94\xA5"},
      {"bytes", std::string("\0\xFF\n", 3)}};
  PrepareRequest request;
  request.parameters = Parameters(values);
  const auto received = decoded(request).parameters.values();
  EXPECT_EQ(received, values);
  EXPECT_TRUE(std::holds_alternative<double>(received.at("two")));
  EXPECT_TRUE(std::signbit(std::get<double>(received.at("minus_zero"))));
}

TEST(Protocol, KeepsAProbeRequest) {
  const ProbeRequest request =
      decoded(ProbeRequest{"/s/cell1", 0x1p-21, 18446744073709551615U, "/s/r1", "/s/p1"});
  EXPECT_EQ(request.adopt, "/s/cell1");
  EXPECT_EQ(request.perturbation, 0x1p-21);
  EXPECT_EQ(request.seed, 18446744073709551615U);
  EXPECT_EQ(request.compare, "/s/r1");
  EXPECT_EQ(request.write, "/s/p1");
}

TEST(Protocol, KeepsAProbeWithNan) {
  const Probe probe = decoded(Probe{.loss = kNan,
                                    .state = {{"parameters/w", 1.0, 2.0}},
                                    .batch = {{"inputs", 3.0, 4.0}},
                                    .gradients = {{"w", kInfinity, kNan}},
                                    .outputs = {{"logits", 5.0, 6.0}},
                                    .unmatched = {"b"},
                                    .changed_inputs = {"targets"},
                                    .gradient_count = 2});
  EXPECT_TRUE(std::isnan(probe.loss));
  EXPECT_EQ(probe.state.at(0).name, "parameters/w");
  EXPECT_EQ(probe.batch.at(0).error, 4.0);
  EXPECT_EQ(probe.gradients.at(0).size, kInfinity);
  EXPECT_TRUE(std::isnan(probe.gradients.at(0).error));
  EXPECT_EQ(probe.outputs.at(0).size, 5.0);
  EXPECT_THAT(probe.unmatched, ElementsAre("b"));
  EXPECT_THAT(probe.changed_inputs, ElementsAre("targets"));
  EXPECT_EQ(probe.gradient_count, 2);
}

TEST(Protocol, KeepsNumberRequests) {
  const auto steps = decoded(StepsRequest{.settle = 1, .steps = 1'000'000});
  EXPECT_EQ(steps.settle, 1);
  EXPECT_EQ(steps.steps, 1'000'000);
  EXPECT_EQ(decoded(EpochRequest{.epoch = 99}).epoch, 99);
  (void)decoded(FinishRequest{});
}

TEST(Protocol, KeepsTraceRequests) {
  PrepareRequest sent;
  sent.trace = {.enabled = true,
                .is_reference = true,
                .folder = "/scratch/0",
                .snapshot_limit = std::int64_t{1} << 40};
  const TraceRequest trace = decoded(sent).trace;
  EXPECT_TRUE(trace.enabled);
  EXPECT_TRUE(trace.is_reference);
  EXPECT_EQ(trace.folder, "/scratch/0");
  EXPECT_EQ(trace.snapshot_limit, std::int64_t{1} << 40);
  EXPECT_TRUE(decoded(StepsRequest{.is_pilot = true}).is_pilot);
  EXPECT_FALSE(decoded(EpochRequest{.is_last = false}).is_last);
}

TEST(Protocol, KeepsATrace) {
  const std::vector<TracePoint> trace{{.step = 1'000'000'000'000,
                                       .state_hash = "s",
                                       .input_hash = "i",
                                       .differences = {{"outputs",
                                                        {.elements = 6,
                                                         .differing = 5,
                                                         .v_c = 0.1,
                                                         .v_ermv = kInfinity,
                                                         .unbounded = 4,
                                                         .distance = 3.5,
                                                         .normalized_distance = kNan}}},
                                       .not_compared = "why"}};
  StepSamples steps;
  steps.trace = trace;
  const TracePoint point = decoded(steps).trace.at(0);
  EXPECT_EQ(point.step, 1'000'000'000'000);
  EXPECT_EQ(point.state_hash, "s");
  EXPECT_EQ(point.input_hash, "i");
  EXPECT_EQ(point.not_compared, "why");
  const Difference difference = point.differences.at("outputs");
  EXPECT_EQ(difference.elements, 6);
  EXPECT_EQ(difference.differing, 5);
  EXPECT_EQ(difference.v_c, 0.1);
  EXPECT_EQ(difference.v_ermv, kInfinity);
  EXPECT_EQ(difference.unbounded, 4);
  EXPECT_EQ(difference.distance, 3.5);
  EXPECT_TRUE(std::isnan(difference.normalized_distance));
  EpochSample epoch;
  epoch.trace = trace;
  epoch.trace_seconds = 0.125;
  epoch.logits_left_out = "too many";
  EXPECT_EQ(decoded(epoch).trace.size(), 1U);
  EXPECT_EQ(decoded(epoch).trace_seconds, 0.125);
  EXPECT_EQ(decoded(epoch).logits_left_out, "too many");
  EXPECT_EQ(decoded(State{"hash", {}, trace}).trace.size(), 1U);
}

TEST(Protocol, KeepsADescription) {
  const auto description = decoded(Description{
      "resnet",
      "a network",
      {{.name = "depth",
        .default_value = std::int64_t{20},
        .summary = "layers",
        .minimum = 8,
        .maximum = 110,
        .choices = {}},
       {.name = "dataset", .default_value = "fashion", .summary = "", .choices = {"a", "b"}}},
      "no such device",
      {"threads"},
      {{"libtorch", "1.13.1"}}});
  EXPECT_THAT(description.knobs, ElementsAre("threads"));
  EXPECT_THAT(description.libraries, ElementsAre(Pair("libtorch", "1.13.1")));
  EXPECT_EQ(description.name, "resnet");
  EXPECT_EQ(description.summary, "a network");
  EXPECT_EQ(description.unavailable, "no such device");
  ASSERT_EQ(description.parameters.size(), 2U);
  EXPECT_EQ(description.parameters[0].name, "depth");
  EXPECT_EQ(description.parameters[0].default_value, ParameterValue(std::int64_t{20}));
  EXPECT_EQ(description.parameters[0].summary, "layers");
  EXPECT_EQ(description.parameters[0].minimum, 8.0);
  EXPECT_EQ(description.parameters[0].maximum, 110.0);
  EXPECT_THAT(description.parameters[0].choices, IsEmpty());
  EXPECT_EQ(description.parameters[1].default_value, ParameterValue("fashion"));
  EXPECT_EQ(description.parameters[1].minimum, std::numeric_limits<double>::lowest());
  EXPECT_EQ(description.parameters[1].maximum, std::numeric_limits<double>::max());
  EXPECT_THAT(description.parameters[1].choices, ElementsAre("a", "b"));
}

TEST(Protocol, KeepsPrepared) {
  const auto prepared = decoded(Prepared{{{"threads", "2"}}, {{"LibTorch", "1.13.1"}}, 0.5});
  EXPECT_THAT(prepared.in_force, ElementsAre(Pair("threads", "2")));
  EXPECT_THAT(prepared.libraries, ElementsAre(Pair("LibTorch", "1.13.1")));
  EXPECT_EQ(prepared.seconds, 0.5);
}

TEST(Protocol, KeepsEmptyMessages) {
  EXPECT_THAT(decoded(PrepareRequest{}).data_path, IsEmpty());
  EXPECT_THAT(decoded(Description{}).parameters, IsEmpty());
  EXPECT_THAT(decoded(Prepared{}).in_force, IsEmpty());
  EXPECT_THAT(decoded(StepSamples{}).seconds, IsEmpty());
  EXPECT_THAT(decoded(EpochSample{}).evaluation.predictions, IsEmpty());
  EXPECT_THAT(decoded(State{}).tensor_hashes, IsEmpty());
  EXPECT_EQ(decoded(PhaseNote{}).phase, "");
}

TEST(Protocol, KeepsWhatIsOfADevice) {
  PrepareRequest prepare;
  prepare.settings.device = 3;
  prepare.settings.shards = 64;
  EXPECT_EQ(decoded(prepare).settings.device, 3);
  EXPECT_EQ(decoded(prepare).settings.shards, 64);
  StepSamples steps;
  EXPECT_TRUE(std::isnan(decoded(steps).device_seconds));
  steps.device_seconds = 0.25;
  EXPECT_EQ(decoded(steps).device_seconds, 0.25);
  EXPECT_EQ(decoded(Finished{1, 2}).peak_device_memory_bytes, 2);
}

TEST(Protocol, KeepsTheWaitThatIsNotKnown) {
  StepSamples steps;
  steps.request_cpu_seconds = 1.5;
  EXPECT_EQ(decoded(steps).request_cpu_seconds, 1.5);
  EXPECT_TRUE(std::isnan(decoded(steps).run_queue_seconds));
  steps.run_queue_seconds = 0.25;
  EXPECT_EQ(decoded(steps).run_queue_seconds, 0.25);
  EpochSample epoch;
  EXPECT_TRUE(std::isnan(decoded(epoch).run_queue_seconds));
  epoch.run_queue_seconds = 0.125;
  EXPECT_EQ(decoded(epoch).run_queue_seconds, 0.125);
}

TEST(Protocol, KeepsStepSamplesWithADivergedLoss) {
  const auto samples = decoded(StepSamples{{0.1, 1e-9}, {kNan, kInfinity, -kInfinity}, 0.25, 128});
  EXPECT_THAT(samples.seconds, ElementsAre(0.1, 1e-9));
  ASSERT_EQ(samples.losses.size(), 3U);
  EXPECT_TRUE(std::isnan(samples.losses[0]));
  EXPECT_EQ(samples.losses[1], kInfinity);
  EXPECT_EQ(samples.losses[2], -kInfinity);
  EXPECT_EQ(samples.cpu_seconds, 0.25);
  EXPECT_EQ(samples.batch_size, 128);
}

TEST(Protocol, KeepsAnEpochSample) {
  const auto epoch = decoded(EpochSample{
      1.5, 0.25, 0.5, 3.75, 60'000, kNan, {"accuracy", 0.875, false, 3, {0, -1, 2147483647}}});
  EXPECT_EQ(epoch.train_seconds, 1.5);
  EXPECT_EQ(epoch.input_seconds, 0.25);
  EXPECT_EQ(epoch.evaluate_seconds, 0.5);
  EXPECT_EQ(epoch.cpu_seconds, 3.75);
  EXPECT_EQ(epoch.examples, 60'000);
  EXPECT_TRUE(std::isnan(epoch.loss));
  EXPECT_EQ(epoch.evaluation.metric, "accuracy");
  EXPECT_EQ(epoch.evaluation.value, 0.875);
  EXPECT_FALSE(epoch.evaluation.higher_is_better);
  EXPECT_EQ(epoch.evaluation.examples, 3);
  EXPECT_THAT(epoch.evaluation.predictions, ElementsAre(0, -1, 2147483647));
}

TEST(Protocol, KeepsSlicesAndFurtherResults) {
  EpochSample sample;
  sample.evaluation.other = {{"ratio", 0.5}};
  sample.evaluation.slices = {{.name = "class/a",
                               .examples = 1,
                               .decisions = 2,
                               .correct = 3,
                               .positives = 4,
                               .false_negatives = 5,
                               .negatives = 6,
                               .false_positives = 7}};
  const Evaluation evaluation = decoded(sample).evaluation;
  EXPECT_EQ(evaluation.other.at("ratio"), 0.5);
  ASSERT_EQ(evaluation.slices.size(), 1U);
  const Slice& slice = evaluation.slices[0];
  EXPECT_EQ(slice.name, "class/a");
  EXPECT_THAT((std::vector{slice.examples, slice.decisions, slice.correct, slice.positives,
                           slice.false_negatives, slice.negatives, slice.false_positives}),
              ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST(Protocol, KeepsAStateInTheOrderOfItsTensors) {
  const auto state = decoded(State{"ab12", {{"w", "1"}, {"a", "2"}}});
  EXPECT_EQ(state.hash, "ab12");
  EXPECT_THAT(state.tensor_hashes, ElementsAre(Pair("w", "1"), Pair("a", "2")));
  EXPECT_EQ(decoded(Finished{5'000'000'000}).peak_memory_bytes, 5'000'000'000);
}

TEST(Protocol, KeepsFailureAndPhaseNote) {
  const auto failure = decoded(Failure{true, "prepare", "out of memory"});
  EXPECT_TRUE(failure.rejected);
  EXPECT_EQ(failure.phase, "prepare");
  EXPECT_EQ(failure.reason, "out of memory");
  EXPECT_EQ(decoded(PhaseNote{"hash"}).phase, "hash");
}

TEST(Protocol, KeepsAMessageOfSeveralMegabytes) {
  StepSamples many;
  for (int step = 0; step < 500'000; ++step) many.losses.push_back(0.1 * step);
  EXPECT_EQ(decoded(many).losses, many.losses);
}

TEST(Encode, RefusesAMessageOverTheLimit) {
  try {
    (void)encode(PhaseNote{std::string((64U << 20U) + 1, 'x')}, 0);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("over the limit of 67108864"));
  }
}

TEST(Decoder, GivesNothingForNoBytes) { EXPECT_EQ(verdict(""), "nothing"); }

TEST(Decoder, GivesTheMessageWithTheLastOfItsBytesAndNotBefore) {
  const std::string frame = encode(Prepared{{{"threads", "2"}}, {}, 0.0}, 0);
  MessageDecoder decoder;
  for (const char& byte : frame) {
    EXPECT_FALSE(decoder.next().has_value());
    decoder.feed({&byte, 1});
  }
  ASSERT_TRUE(decoder.next().has_value());
}

TEST(Decoder, GivesNothingForAFrameCutAnywhere) {
  const std::string frame = encode(PhaseNote{"train"}, 0);
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_EQ(verdict(frame.substr(0, size)), "nothing") << size;
  }
  EXPECT_EQ(verdict(frame), "message");
}

TEST(Decoder, SeparatesFramesThatCameTogether) {
  MessageDecoder decoder;
  const std::string third = encode(PhaseNote{"c"}, 2);
  decoder.feed(encode(PhaseNote{"a"}, 0) + encode(PhaseNote{"b"}, 1) + third.substr(0, 21));
  EXPECT_EQ(std::get<PhaseNote>(decoder.next().value()).phase, "a");
  EXPECT_EQ(std::get<PhaseNote>(decoder.next().value()).phase, "b");
  EXPECT_FALSE(decoder.next().has_value());
  decoder.feed(third.substr(21));
  EXPECT_EQ(std::get<PhaseNote>(decoder.next().value()).phase, "c");
}

TEST(Decoder, NamesTheHeaderFieldThatIsWrong) {
  const std::string frame = encode(PhaseNote{"train"}, 0);
  EXPECT_THAT(verdict("X" + frame.substr(1)), HasSubstr("magic number"));
  EXPECT_THAT(verdict(with_field<std::uint16_t>(frame, kVersion, kProtocolVersion + 1)),
              AllOf(HasSubstr(fmt::format("has version {}, this program speaks {}",
                                          kProtocolVersion + 1, kProtocolVersion)),
                    HasSubstr("same build")));
  EXPECT_THAT(verdict(with_field<std::uint16_t>(frame, kType, kUnknown)),
              HasSubstr("unknown type " + std::to_string(kUnknown)));
  EXPECT_THAT(verdict(with_field<std::uint32_t>(frame, kLength, (64U << 20U) + 1)),
              HasSubstr("claims 67108865 bytes"));
  EXPECT_THAT(verdict(with_field<std::uint32_t>(frame, kLength, 0xffffffffU)),
              HasSubstr("claims 4294967295 bytes"));
  EXPECT_THAT(verdict(with_field<std::uint32_t>(frame, kSequence, 7)),
              HasSubstr("frame 7 came where 0 was expected"));
  EXPECT_THAT(verdict(with_field<std::uint32_t>(frame, kChecksum, 0)), HasSubstr("checksum"));
}

TEST(Decoder, RefusesAHeaderBeforeItsPayloadArrives) {
  const std::string header = encode(PhaseNote{"train"}, 0).substr(0, kHeaderSize);
  EXPECT_THAT(verdict(with_field<std::uint16_t>(header, kType, kUnknown)),
              HasSubstr("unknown type"));
  EXPECT_THAT(verdict(with_field<std::uint32_t>(header, kLength, 0xffffffffU)),
              HasSubstr("claims"));
}

TEST(Decoder, RefusesAFrameThatComesTwiceOrTooEarly) {
  MessageDecoder decoder;
  decoder.feed(encode(PhaseNote{"a"}, 0) + encode(PhaseNote{"a"}, 0));
  EXPECT_TRUE(decoder.next().has_value());
  EXPECT_THROW((void)decoder.next(), Error);
  EXPECT_THAT(verdict(encode(PhaseNote{"a"}, 1)), HasSubstr("came where 0 was expected"));
}

TEST(Decoder, RefusesAFrameInsideAFrame) {
  const std::string frame = encode(PhaseNote{"train"}, 0);
  EXPECT_THAT(verdict(frame.substr(0, 22) + frame), HasSubstr("checksum"));
}

TEST(Decoder, TakesAnyPayloadUnderAnHonestHeaderForWhatItIs) {
  EXPECT_EQ(verdict(frame_around(json{{"phase", "train"}}, kPhaseNote)), "message");
}

TEST(Decoder, RefusesPayloadsThatAreNotTheMessage) {
  const std::string cannot = fmt::format("message 0 of type {} cannot be read", kPhaseNote);
  for (const json& body :
       {json::object(), json{{"phase", 3}}, json(nullptr), json::array({"phase", "train"}),
        json("phase"), json{{"phase", {{"phase", "train"}}}}}) {
    EXPECT_THAT(verdict(frame_around(body, kPhaseNote)), HasSubstr(cannot)) << body;
  }
  EXPECT_THAT(verdict(frame_around(json{{"seconds", "none"},
                                        {"losses", json::array()},
                                        {"cpu_seconds", 0.0},
                                        {"batch_size", 1}},
                                   kStepSamples)),
              HasSubstr(fmt::format("message 0 of type {} cannot be read", kStepSamples)));
}

template <typename Body>
json body_of(const Body& body) {
  return json::from_msgpack(encode(body, 0).substr(kHeaderSize));
}

TEST(Decoder, RefusesIntegersThatTheFieldCannotHold) {
  const auto steps = place<StepsRequest>();
  for (const json& wrong :
       {json((std::int64_t{1} << 32) + 1), json(std::int64_t{-1} << 32),
        json(std::numeric_limits<std::uint64_t>::max()), json(1.0), json(true), json(nullptr)}) {
    json body = body_of(StepsRequest{.settle = 1, .steps = 2});
    EXPECT_EQ(verdict(frame_around(body, steps)), "message");
    body["steps"] = wrong;
    EXPECT_THAT(verdict(frame_around(body, steps)), HasSubstr("is not an integer from")) << wrong;
  }
}

TEST(Decoder, RefusesIntegersInListsParametersAndKindsToo) {
  EpochSample epoch;
  epoch.evaluation.predictions = {1};
  json body = body_of(epoch);
  body["evaluation"]["predictions"][0] = std::int64_t{1} << 31;
  EXPECT_THAT(verdict(frame_around(body, place<EpochSample>())), HasSubstr("not an integer"));

  PrepareRequest request;
  request.model.kind = PluginKind::kModel;
  request.backend.kind = PluginKind::kBackend;
  request.parameters = Parameters({{"depth", std::int64_t{8}}});
  body = body_of(request);
  EXPECT_EQ(verdict(frame_around(body, place<PrepareRequest>())), "message");
  json changed = body;
  changed["parameters"]["depth"] = std::uint64_t{1} << 63;
  EXPECT_THAT(verdict(frame_around(changed, place<PrepareRequest>())), HasSubstr("not an integer"));
  changed = body;
  changed["seeds"]["init"] = -1;
  EXPECT_THAT(verdict(frame_around(changed, place<PrepareRequest>())), HasSubstr("not an integer"));
  changed = body;
  changed["model"]["kind"] = 3;
  EXPECT_THAT(verdict(frame_around(changed, place<PrepareRequest>())), HasSubstr("no kind of"));
}

TEST(Decoder, RefusesPayloadsThatAreNotMessagePack) {
  for (const std::string& payload :
       {std::string(""), std::string("\xC1"), std::string("\x81\xA5phase"),
        // a map and an array that announce 4,294,967,295 elements
        std::string("\xDF\xFF\xFF\xFF\xFF"), std::string("\xDD\xFF\xFF\xFF\xFF"),
        // a text that announces as many bytes
        std::string("\xDB\xFF\xFF\xFF\xFFx")}) {
    EXPECT_THAT(verdict(frame_around(payload, kPhaseNote)), HasSubstr("cannot be read"))
        << payload.size();
  }
}

TEST(Decoder, RefusesBytesBehindTheMessageInItsFrame) {
  std::string payload;
  json::to_msgpack(json{{"phase", "train"}}, payload);
  EXPECT_THAT(verdict(frame_around(payload + '\xC0', kPhaseNote)), HasSubstr("cannot be read"));
}

TEST(Decoder, RefusesDeepNestingWithoutRunningOutOfStack) {
  // Arrays of one element each (0x91), maps of one element with an empty key (0x81 0xa0).
  EXPECT_THAT(verdict(frame_around(std::string(60U << 20U, '\x91'), kPhaseNote)),
              HasSubstr("cannot be read"));
  std::string maps;
  for (int level = 0; level < 10'000'000; ++level) maps += "\x81\xA0";
  EXPECT_THAT(verdict(frame_around(maps, kPhaseNote)), HasSubstr("cannot be read"));
  // A request without fields ignores what its payload holds, but not how deep that is.
  EXPECT_THAT(verdict(frame_around(std::string(60U << 20U, '\x91'), kFinishRequest)),
              HasSubstr("cannot be read"));
}

TEST(Decoder, NeverTakesAFrameWithOneChangedByteForAMessage) {
  for (const Message& message :
       {Message(Description{
            "resnet", "s", {{.name = "depth", .default_value = 2.0, .summary = ""}}, "", {}}),
        Message(StepSamples{{0.5, 0.25}, {2.0, kNan}, 0.5, 8}), Message(FinishRequest{})}) {
    const std::string frame = encode(message, 0);
    for (std::size_t position = 0; position < frame.size(); ++position) {
      for (int change = 1; change < 256; ++change) {
        std::string changed = frame;
        changed[position] = static_cast<char>(changed[position] ^ change);
        const std::string found = verdict(changed);
        EXPECT_NE(found, "message") << "byte " << position << " changed by " << change;
        // Only a frame that claims to be longer may wait for more.
        const bool longer = position >= kLength && position < kSequence;
        if (!longer) {
          EXPECT_NE(found, "nothing") << "byte " << position << " changed by " << change;
        }
      }
    }
  }
}

TEST(Decoder, NeverTakesMutatedFramesForMessages) {
  const std::string frame = encode(StepSamples{{0.5, 0.25}, {2.0, 1.0}, 0.5, 8}, 0);
  std::mt19937 random(1);  // the same mutations every time
  const auto below = [&random](std::size_t end) { return random() % end; };
  for (int round = 0; round < 100'000; ++round) {
    std::string mutated = frame;
    switch (round % 4) {
      case 0:  // bytes overwritten
        for (std::size_t i = 0; i < 1 + below(4); ++i) {
          mutated[below(frame.size())] = static_cast<char>(below(256));
        }
        break;
      case 1:  // a byte lost
        mutated.erase(below(frame.size()), 1);
        break;
      case 2:  // a byte doubled
        mutated.insert(below(frame.size()), 1, static_cast<char>(below(256)));
        break;
      default:  // neighbours swapped
        const std::size_t at = below(frame.size() - 1);
        std::swap(mutated[at], mutated[at + 1]);
    }
    // A byte more behind the frame begins the next one.
    if (mutated.compare(0, frame.size(), frame) == 0) continue;
    ASSERT_NE(verdict(mutated), "message") << "round " << round;
  }
}

}  // namespace
}  // namespace ndbench
