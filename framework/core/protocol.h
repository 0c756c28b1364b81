#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ndbench/backend.h"
#include "ndbench/model.h"
#include "ndbench/plugin_kind.h"

namespace ndbench {

/// The conversation between supervisor and worker, over a private socket on this descriptor.
/// The supervisor asks, the worker answers each request once, in order; PhaseNote comes between.
inline constexpr int kProtocolDescriptor = 3;
inline constexpr std::uint16_t kProtocolVersion = 3;

/// A plugin file that the supervisor found.
struct PluginFile {
  PluginKind kind{};
  std::string name;
  std::string path;
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
};

/// Trains `settle` untimed steps, then `steps` timed ones. → StepSamples
struct StepsRequest {
  int settle = 0;
  int steps = 0;
};

/// Trains one full pass over the training set and evaluates. → EpochSample
struct EpochRequest {
  int epoch = 0;
};

/// Hashes the state as it is now. → State
struct StateRequest {};

/// Destroys task and scope; the worker leaves after the answer. → Finished
struct FinishRequest {};

// Answers.

struct Description {
  std::string name;
  std::string summary;
  std::vector<Parameter> parameters{};  ///< of a model
  std::string unavailable{};            ///< of a backend: why it cannot run here
  std::vector<std::string> knobs{};     ///< of a backend: those that change how it computes
};

struct Prepared {
  std::map<std::string, std::string> in_force;   ///< settings read back from the libraries
  std::map<std::string, std::string> libraries;  ///< name → version
  double seconds = 0.0;  ///< that loading plugins and data and building the network took
};

struct StepSamples {
  std::vector<double> seconds;  ///< one per timed step
  std::vector<double> losses;   ///< one per step, settling ones included
  double cpu_seconds = 0.0;     ///< of the process, over the timed steps
  std::int64_t batch_size = 0;  ///< examples per step
};

struct EpochSample {
  double train_seconds = 0.0;
  double input_seconds = 0.0;  ///< of these, the host spent in next_batch() and start_epoch()
  double evaluate_seconds = 0.0;
  double cpu_seconds = 0.0;   ///< of the process, over both
  std::int64_t examples = 0;  ///< trained on
  double loss = 0.0;          ///< mean over the epoch's examples
  Evaluation evaluation;
};

struct State {
  std::string hash;  ///< XXH3-128 over the named state, 32 hexadecimal digits; "" before it is had
  std::vector<std::pair<std::string, std::string>> tensor_hashes;  ///< name, hash; in order
};

struct Finished {
  std::int64_t peak_memory_bytes = 0;  ///< resident, of the worker
};

/// The request was not fulfilled; the worker leaves.
struct Failure {
  bool rejected = false;  ///< the plugin was refused before any of its code ran
  std::string phase;
  std::string reason;
};

/// The worker enters another phase of the current request.
struct PhaseNote {
  std::string phase;
};

using Message = std::variant<DescribeRequest, PrepareRequest, StepsRequest, EpochRequest,
                             StateRequest, FinishRequest, Description, Prepared, StepSamples,
                             EpochSample, State, Finished, Failure, PhaseNote>;

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
