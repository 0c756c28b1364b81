#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "core/core_sets.h"
#include "core/interrupt.h"
#include "core/worker.h"

namespace ndbench {

/// A Worker that is a child process: `ndbench_worker` in its own process group, spoken to over a
/// socket, its stdout and stderr captured.
class WorkerProcess final : public Worker {
 public:
  struct Options {
    std::filesystem::path executable;
    std::chrono::duration<double> timeout{600};  ///< for one request; then the worker is killed
    std::chrono::duration<double> grace{2};      ///< between SIGTERM and SIGKILL
    Processors processors{};  ///< it runs on these alone, if any, from its first instruction on
  };

  /// @throws WorkerFailed if the process cannot be started.
  WorkerProcess(const Options& options, const std::map<std::string, std::string>& environment,
                InterruptSignals& signals);

  /// Kills the process and all that it started.
  ~WorkerProcess() override;

  void send(const Message& request) override;
  Message receive() override;
  std::optional<Message> try_receive() override;
  [[nodiscard]] Watch watch() const override;

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] Clock::time_point deadline() const;
  std::optional<Message> read_answer();
  std::optional<Message> read_message();
  bool read_socket();
  bool wait_readable(Clock::time_point deadline, bool interruptible);
  [[nodiscard]] bool has_ended() const;
  void drain_output();
  void end(int signal);
  [[noreturn]] void fail(ExitCode code, std::string reason);
  [[noreturn]] void fail_by_death();
  [[noreturn]] void fail_by_timeout();

  Options options_;
  InterruptSignals& signals_;
  int process_ = -1;
  int process_descriptor_ = -1;  ///< readable once the process has ended
  int socket_ = -1;
  int output_pipe_ = -1;
  bool reaped_ = false;
  int exit_status_ = 0;
  std::uint32_t sequence_ = 0;
  Clock::time_point asked_{};  ///< when the last request was sent
  MessageDecoder decoder_;
  std::string phase_ = "load";
  std::string output_;  ///< the last part of what the process printed
};

}  // namespace ndbench
