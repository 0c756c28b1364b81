#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/outcome.h"
#include "core/protocol.h"

namespace ndbench {

/// Thrown by Worker when the process did not fulfil a request; it is gone then.
struct WorkerFailed {
  Outcome outcome;
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

  /// Sends a request and waits for its answer.
  template <typename Answer, typename Request>
  Answer ask(const Request& request) {
    send(request);
    return await<Answer>();
  }

  template <typename Answer>
  Answer await() {
    Message message = receive();
    if (auto* answer = std::get_if<Answer>(&message)) return std::move(*answer);
    throw WorkerFailed{
        failed(ExitCode::kBenchmarkFailed, "the worker answered another question than was asked")};
  }
};

/// Starts a worker with these variables in its environment, or without those that are "", so that
/// they stand before any library of the process loads.
using StartWorker =
    std::function<std::unique_ptr<Worker>(const std::map<std::string, std::string>& environment)>;

}  // namespace ndbench
