#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/offspring.h"
#include "core/outcome.h"
#include "core/protocol.h"

namespace ndbench {

/// Thrown by Worker when the process did not fulfil a request; it is gone then.
struct WorkerFailed {
  Outcome outcome;
  LeftProcesses left{};  ///< that it had started, and that had to be killed
};

/// What a wait for several workers watches for one of them.
struct Watch {
  std::vector<int> descriptors;  ///< one is readable when try_receive() has something to do
  std::chrono::steady_clock::time_point deadline;  ///< then it has something to do in any case
};

/// One worker process, as the scheduler sees it. A request and its answer are two calls, so that
/// several workers can load at once; between them no other request is sent.
///
/// Every function throws WorkerFailed, and Interrupted when a signal ends the run.
class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  virtual ~Worker() = default;

  virtual void send(const Message& request) = 0;

  /// Waits for the answer to the last request.
  virtual Message receive() = 0;

  /// The answer to the last request if it has come. Never waits for it.
  virtual std::optional<Message> try_receive() = 0;

  /// Ends the process and all that it started. What is returned had outlived it and was killed.
  virtual LeftProcesses end() { return {}; }

  /// Where a wait between two calls of try_receive() looks.
  [[nodiscard]] virtual Watch watch() const = 0;

  /// Sends a request and waits for its answer.
  template <typename Answer, typename Request>
  Answer ask(const Request& request) {
    send(request);
    return await<Answer>();
  }

  template <typename Answer>
  Answer await() {
    return expect<Answer>(receive());
  }

  /// The message as the answer that the last request asked for.
  template <typename Answer>
  static Answer expect(Message message) {
    if (auto* answer = std::get_if<Answer>(&message)) return std::move(*answer);
    throw WorkerFailed{
        failed(ExitCode::kBenchmarkFailed, "the worker answered another question than was asked")};
  }
};

/// Starts a worker with these variables in its environment, or without those that are "", so that
/// they stand before any library of the process loads.
using StartWorker =
    std::function<std::unique_ptr<Worker>(const std::map<std::string, std::string>& environment)>;

/// Waits until try_receive() of one of these may have something to do.
using WaitForAny = std::function<void(const std::vector<Worker*>& workers)>;

}  // namespace ndbench
