#include "core/protocol.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/json_number.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

template <typename Value>
void read(const nlohmann::json& from, Value& to) {
  if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>) {
    to = whole_number<Value>(from);
  } else {
    from.get_to(to);
  }
}

void read(const nlohmann::json& from, PluginKind& to) {
  int number = 0;
  read(from, number);
  to = static_cast<PluginKind>(number);
  if (to != PluginKind{} && to != PluginKind::kModel && to != PluginKind::kBackend) {
    throw Error(fmt::format("{} is no kind of plugin", number));
  }
}

void read(const nlohmann::json& from, std::vector<std::int32_t>& to) {
  to.clear();
  for (const nlohmann::json& element : from.get_ref<const nlohmann::json::array_t&>()) {
    read(element, to.emplace_back());
  }
}

}  // namespace
}  // namespace ndbench

// What the macros below read a field with.
#undef NLOHMANN_JSON_FROM
#define NLOHMANN_JSON_FROM(field) read(nlohmann_json_j.at(#field), nlohmann_json_t.field);

NLOHMANN_JSON_NAMESPACE_BEGIN

template <>
struct adl_serializer<ndbench::ParameterValue> {
  static void to_json(json& to, const ndbench::ParameterValue& from) {
    std::visit([&to](const auto& value) { to = value; }, from);
  }
  static void from_json(const json& from, ndbench::ParameterValue& to) {
    if (from.is_boolean()) {
      to = from.get<bool>();
    } else if (from.is_number_integer()) {
      std::int64_t number = 0;
      ndbench::read(from, number);
      to = number;
    } else if (from.is_number_float()) {
      to = from.get<double>();
    } else {
      to = from.get<std::string>();
    }
  }
};

template <>
struct adl_serializer<ndbench::Parameters> {
  static void to_json(json& to, const ndbench::Parameters& from) { to = from.values(); }
  static void from_json(const json& from, ndbench::Parameters& to) {
    to = ndbench::Parameters(from.get<std::map<std::string, ndbench::ParameterValue>>());
  }
};

NLOHMANN_JSON_NAMESPACE_END

namespace ndbench {
namespace {

using nlohmann::json;

constexpr std::uint32_t kMagic = 0x3177646e;  // "ndw1"
constexpr std::uint32_t kMaximumLength = 64U << 20U;

struct Header {
  std::uint32_t magic;
  std::uint16_t version;
  std::uint16_t type;
  std::uint32_t length;
  std::uint32_t sequence;
  std::uint32_t checksum;
};
static_assert(sizeof(Header) == 20 && std::is_trivially_copyable_v<Header>);

/// Over everything but itself: the other fields of the header, then the payload.
std::uint32_t checksum(const Header& header, std::string_view payload) {
  const std::uint32_t seed = XXH32(&header, offsetof(Header, checksum), kMagic);
  return XXH32(payload.data(), payload.size(), seed);
}

/// Reads MessagePack for nothing but how deep it is: the library's reader calls itself once per
/// level, so that a payload of brackets alone would use up the stack.
class DepthCheck final : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(json::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool key(std::string&) override { return true; }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override {
    return false;  // the reader proper tells of it
  }

  [[nodiscard]] bool is_too_deep() const { return depth_ > kDeepest; }

 private:
  static constexpr int kDeepest = 16;

  bool enter() { return ++depth_ <= kDeepest; }
  bool leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
};

}  // namespace

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Parameter, name, default_value, summary, minimum, maximum,
                                   choices)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Seeds, init, order, augment, dropout)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Settings, threads, device, shards, switches)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Slice, name, examples, decisions, correct, positives,
                                   false_negatives, negatives, false_positives)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Evaluation, metric, value, higher_is_better, examples,
                                   predictions, targets, logits, other, slices)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PluginFile, kind, name, path, hash)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DescribeRequest, plugin)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Difference, elements, differing, v_c, v_ermv, unbounded,
                                   distance, normalized_distance)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TracePoint, step, state_hash, input_hash, differences,
                                   not_compared)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TraceRequest, enabled, is_reference, folder, snapshot_limit)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PrepareRequest, model, backend, parameters, seeds, settings,
                                   data_path, ulp_seed, trace)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StepsRequest, settle, steps, is_pilot)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EpochRequest, epoch, is_last)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Description, name, summary, parameters, unavailable, knobs,
                                   libraries)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Prepared, in_force, libraries, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StepSamples, seconds, losses, cpu_seconds, batch_size,
                                   request_cpu_seconds, run_queue_seconds, device_seconds, trace)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EpochSample, train_seconds, input_seconds, evaluate_seconds,
                                   cpu_seconds, examples, loss, evaluation, run_queue_seconds,
                                   trace, trace_seconds, logits_left_out, request_cpu_seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(State, hash, tensor_hashes, trace)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Finished, peak_memory_bytes, peak_device_memory_bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Failure, rejected, phase, reason, unsupported)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PhaseNote, phase)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ProbeRequest, adopt, perturbation, seed, compare, write)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TensorError, name, size, error)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Probe, loss, state, batch, gradients, outputs, unmatched,
                                   changed_inputs, gradient_count)

static void to_json(json& to, const StateRequest&) { to = json::object(); }
static void from_json(const json&, StateRequest&) {}
static void to_json(json& to, const FinishRequest&) { to = json::object(); }
static void from_json(const json&, FinishRequest&) {}

namespace {

using Parse = Message (*)(const json&);

template <std::size_t... Type>
constexpr std::array<Parse, sizeof...(Type)> parsers(std::index_sequence<Type...>) {
  return {[](const json& body) -> Message {
    return body.get<std::variant_alternative_t<Type, Message>>();
  }...};
}

/// How to read each alternative of Message; its index there is the frame's type.
constexpr auto kParsers = parsers(std::make_index_sequence<std::variant_size_v<Message>>{});

Message parse(const Header& header, std::string_view payload) {
  const auto refuse = [&header](const char* why) {
    throw Error(fmt::format("worker protocol: message {} of type {} cannot be read: {}",
                            header.sequence, header.type, why));
  };
  DepthCheck depth;
  (void)json::sax_parse(payload, &depth, json::input_format_t::msgpack);
  if (depth.is_too_deep()) refuse("it is nested too deep");
  try {
    return kParsers[header.type](json::from_msgpack(payload));
  } catch (const std::exception& problem) {
    refuse(problem.what());
  }
  return {};
}

}  // namespace

std::string encode(const Message& message, std::uint32_t sequence) {
  std::string payload;
  std::visit([&payload](const auto& body) { json::to_msgpack(json(body), payload); }, message);
  if (payload.size() > kMaximumLength) {
    throw Error(fmt::format("worker protocol: a message of {} bytes is over the limit of {}",
                            payload.size(), kMaximumLength));
  }
  Header header{kMagic,
                kProtocolVersion,
                static_cast<std::uint16_t>(message.index()),
                static_cast<std::uint32_t>(payload.size()),
                sequence,
                0};
  header.checksum = checksum(header, payload);
  std::string frame(sizeof header, '\0');
  std::memcpy(frame.data(), &header, sizeof header);
  return frame + payload;
}

void MessageDecoder::feed(std::string_view bytes) { buffer_ += bytes; }

std::optional<Message> MessageDecoder::next() {
  Header header{};
  if (buffer_.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, buffer_.data(), sizeof header);
  const auto refuse = [&header](const std::string& why) {
    throw Error(fmt::format("worker protocol: frame {} {}", header.sequence, why));
  };
  if (header.magic != kMagic) refuse("does not begin with the magic number");
  if (header.version != kProtocolVersion) {
    refuse(
        fmt::format("has version {}, this program speaks {}; ndbench_suite and ndbench_worker "
                    "must come from the same build",
                    header.version, kProtocolVersion));
  }
  if (header.type >= kParsers.size()) refuse(fmt::format("has unknown type {}", header.type));
  if (header.length > kMaximumLength) refuse(fmt::format("claims {} bytes", header.length));
  if (header.sequence != expected_sequence_) {
    refuse(fmt::format("came where {} was expected", expected_sequence_));
  }
  if (buffer_.size() - sizeof header < header.length) return std::nullopt;
  const auto payload = std::string_view(buffer_).substr(sizeof header, header.length);
  if (header.checksum != checksum(header, payload)) refuse("is damaged: its checksum differs");
  Message message = parse(header, payload);
  buffer_.erase(0, sizeof header + header.length);
  ++expected_sequence_;
  return message;
}

}  // namespace ndbench
