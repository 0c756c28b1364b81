#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "core/control_group.h"
#include "core/core_sets.h"
#include "core/interrupt.h"
#include "core/offspring.h"
#include "core/worker.h"
#include "core/worker_limits.h"

namespace ndbench {

/// A Worker that is a child process: `ndbench_worker` in its own process group, spoken to over a
/// socket, its stdout and stderr captured.
class WorkerProcess final : public Worker {
 public:
  struct Options {
    std::filesystem::path executable;
    std::chrono::duration<double> timeout{600};  ///< for a phase of a request that has no limit
    std::chrono::duration<double> grace{2};      ///< between SIGTERM and SIGKILL
    Processors processors{};  ///< it runs on these alone, if any, from its first instruction on
    WorkerLimits limits{};
    OomKills oom_kills{};  ///< none: a death by SIGKILL is not looked into
  };

  /// @throws WorkerFailed if the process cannot be started.
  WorkerProcess(const Options& options, const std::map<std::string, std::string>& environment,
                InterruptSignals& signals, Offspring& offspring);

  /// Kills the process and all that it started.
  ~WorkerProcess() override;

  void send(const Message& request) override;
  Message receive() override;
  std::optional<Message> try_receive() override;
  [[nodiscard]] Watch watch() const override;
  LeftProcesses end() override;

 private:
  using Clock = std::chrono::steady_clock;

  void limit_resources();
  void begin_request();
  void enter_phase(std::string phase);
  [[nodiscard]] Clock::duration phase_limit() const;
  [[nodiscard]] Clock::time_point deadline() const;
  void look();
  std::optional<Message> read_answer();
  std::optional<Message> read_message();
  void take_notes();
  bool read_socket();
  bool wait_readable(Clock::time_point deadline, bool interruptible);
  [[nodiscard]] bool has_ended() const;
  void drain_output();
  void end(int signal);
  void reap();
  [[nodiscard]] std::string memory_words(const std::string& reason) const;
  [[nodiscard]] std::string killer_words() const;
  [[noreturn]] void fail(std::string reason, ExitCode code = ExitCode::kBenchmarkFailed);
  [[noreturn]] void skip(std::string reason);
  [[noreturn]] void fail_as_lost(std::string reason);
  [[noreturn]] void fail_by_death();
  [[noreturn]] void fail_by_timeout();

  Options options_;
  InterruptSignals& signals_;
  Offspring& offspring_;
  int process_ = -1;
  int process_descriptor_ = -1;  ///< readable once the process has ended
  int socket_ = -1;
  int output_pipe_ = -1;
  bool reaped_ = false;
  int exit_status_ = 0;
  std::uint32_t sequence_ = 0;
  MessageDecoder decoder_;
  std::string phase_ = "load";
  Clock::time_point since_{};  ///< when the phase began, or the request, whichever was later
  std::map<std::string, Clock::duration> spent_;  ///< by phase, in this request before that
  Clock::time_point next_look_{};
  std::optional<double> oom_kills_before_;
  bool is_lost_ = false;
  LeftProcesses left_;
  std::string output_;  ///< the last part of what the process printed
};

}  // namespace ndbench
