#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/trace_point.h"
#include "ndbench/backend.h"
#include "ndbench/model.h"
#include "ndbench/plugin_kind.h"

namespace ndbench {

/// The conversation between supervisor and worker, over a private socket on this descriptor.
/// The supervisor asks, the worker answers each request once, in order; PhaseNote comes between.
inline constexpr int kProtocolDescriptor = 3;
inline constexpr std::uint16_t kProtocolVersion = 8;

/// A plugin file that the supervisor found.
struct PluginFile {
  PluginKind kind{};
  std::string name;
  std::string path;
  std::string hash{};  ///< XXH3-128 of its bytes; a worker opens no others
};

// Requests.

/// Loads one plugin and tells what it is. → Description
struct DescribeRequest {
  PluginFile plugin;
};

/// Loads both plugins, enters the backend, makes the task. → Prepared
struct PrepareRequest {
  PluginFile model;
  PluginFile backend;
  Parameters parameters;
  Seeds seeds;
  Settings settings;
  std::vector<std::string> data_path;
  std::uint64_t ulp_seed = 0;  ///< which weight is moved by one ulp; 0: none
  TraceRequest trace{};
};

/// Trains `settle` untimed steps, then `steps` timed ones. → StepSamples
///
/// Trace points are taken after steps that no timed step follows in the same request.
struct StepsRequest {
  int settle = 0;
  int steps = 0;
  bool is_pilot = false;  ///< its times only tell about how long a step takes: traced throughout
};

/// Trains one full pass over the training set and evaluates. → EpochSample
struct EpochRequest {
  int epoch = 0;
  bool is_last = true;  ///< as far as is known; of others the evaluation's logits are not sent
};

/// Hashes the state as it is now, and ends the trace there. → State
struct StateRequest {};

/// Destroys task and scope; the worker leaves after the answer. → Finished
struct FinishRequest {};

/// Trains one step that is looked at; parity.h says what for. → Probe
///
/// Files lie in a folder of the supervisor's; "" is for none.
struct ProbeRequest {
  std::string adopt{};        ///< another worker's file: its state is taken over before the step
  double perturbation = 0.0;  ///< then every weight is multiplied by 1 + or − this
  std::uint64_t seed = 0;     ///< of the signs
  std::string compare{};      ///< another worker's file, whose gradients are compared with
  std::string write{};        ///< where to write what the step started from and gave
};

// Answers.

struct Description {
  std::string name;
  std::string summary;
  std::vector<Parameter> parameters{};  ///< of a model
  std::string unavailable{};            ///< of a backend: why it cannot run here
  std::vector<std::string> knobs{};     ///< of a backend: those that change how it computes
  std::map<std::string, std::string> libraries{};  ///< in a backend's process: name → version
};

struct Prepared {
  std::map<std::string, std::string> in_force;   ///< settings read back from the libraries
  std::map<std::string, std::string> libraries;  ///< name → version
  double seconds = 0.0;  ///< that loading plugins and data and building the network took
};

struct StepSamples {
  std::vector<double> seconds;       ///< one per timed step
  std::vector<double> losses;        ///< one per step, settling ones included
  double cpu_seconds = 0.0;          ///< of the process, over the timed steps
  std::int64_t batch_size = 0;       ///< examples per step
  double request_cpu_seconds = 0.0;  ///< of the process, over all of the request
  /// That threads were runnable without a processor, over the timed steps; NaN where the kernel
  /// does not tell.
  double run_queue_seconds = std::numeric_limits<double>::quiet_NaN();
  /// By the device's own clock, over the timed steps; NaN where the device is the CPU.
  double device_seconds = std::numeric_limits<double>::quiet_NaN();
  std::vector<TracePoint> trace{};
};

struct EpochSample {
  double train_seconds = 0.0;
  double input_seconds = 0.0;  ///< of these, the host spent in next_batch() and start_epoch()
  double evaluate_seconds = 0.0;
  double cpu_seconds = 0.0;   ///< of the process, over both
  std::int64_t examples = 0;  ///< trained on
  double loss = 0.0;          ///< mean over the epoch's examples
  Evaluation evaluation;
  /// As of StepSamples, over the epoch and its evaluation, of the threads there at its start.
  double run_queue_seconds = std::numeric_limits<double>::quiet_NaN();
  std::vector<TracePoint> trace{};
  double trace_seconds = 0.0;        ///< that taking these took, in none of the times above
  double request_cpu_seconds = 0.0;  ///< of the process, over all that was asked for
  std::string logits_left_out{};     ///< why the evaluation is without them; "" if it is not
};

struct State {
  std::string hash;  ///< XXH3-128 over the named state, 32 hexadecimal digits; "" before it is had
  std::vector<std::pair<std::string, std::string>> tensor_hashes;  ///< name, hash; in order
  std::vector<TracePoint> trace{};  ///< the last point, if the last step has none yet
};

struct Finished {
  std::int64_t peak_memory_bytes = 0;         ///< resident, of the worker
  std::int64_t peak_device_memory_bytes = 0;  ///< of tensors, where the device has its own memory
};

/// How far a tensor is from another worker's of the same name.
struct TensorError {
  std::string name;
  double size = 0.0;   ///< L2 norm of the one in this worker, in float64
  double error = 0.0;  ///< L2 norm of the difference; NaN if either is not finite
};

/// What one training step was made from and gave.
struct Probe {
  double loss = 0.0;
  std::vector<TensorError> state{};           ///< before the step and before adopting another
  std::vector<TensorError> batch{};           ///< against the adopted file's
  std::vector<TensorError> gradients{};       ///< against the compared file's
  std::vector<TensorError> outputs{};         ///< the same, of what visit_outputs() shows
  std::vector<std::string> unmatched{};       ///< gradients and outputs that one side alone shows
  std::vector<std::string> changed_inputs{};  ///< tensors of the batch that the step changed
  std::int64_t gradient_count = 0;            ///< tensors that had a gradient
};

/// The request was not fulfilled; the worker leaves.
struct Failure {
  bool rejected = false;  ///< the plugin was refused before any of its code ran
  std::string phase;
  std::string reason;
  bool unsupported = false;  ///< nothing went wrong: what was asked for does not exist here
};

/// The worker enters another phase of the current request.
struct PhaseNote {
  std::string phase;
};

using Message = std::variant<DescribeRequest, PrepareRequest, StepsRequest, EpochRequest,
                             StateRequest, FinishRequest, Description, Prepared, StepSamples,
                             EpochSample, State, Finished, Failure, PhaseNote, ProbeRequest, Probe>;

/// One frame: a 20-byte header (magic, version, type, length, sequence number, checksum over all
/// but itself; little endian) and the message as MessagePack.
[[nodiscard]] std::string encode(const Message& message, std::uint32_t sequence);

/// Cuts a byte stream into messages and trusts nothing in it.
class MessageDecoder {
 public:
  void feed(std::string_view bytes);

  /// The next complete message, if there is one.
  /// @throws ndbench::Error naming what is wrong with the frame; the decoder is useless then.
  [[nodiscard]] std::optional<Message> next();

 private:
  std::string buffer_;
  std::uint32_t expected_sequence_ = 0;
};

}  // namespace ndbench
