#include "core/worker_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/affinity.h"

extern char** environ;

namespace ndbench {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr std::size_t kKeptOutput = 64U << 10U;

/// "SIGSEGV (Segmentation fault)"
std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return fmt::format("SIG{} ({})", name != nullptr ? name : "?", sigdescr_np(signal));
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!added.contains(std::string(text.substr(0, text.find('='))))) result.emplace_back(text);
  }
  for (const auto& [name, value] : added) {
    if (!value.empty()) result.push_back(name + "=" + value);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

WorkerProcess::WorkerProcess(const Options& options,
                             const std::map<std::string, std::string>& environment,
                             InterruptSignals& signals, Offspring& offspring)
    : options_(options), signals_(signals), offspring_(offspring) {
  std::array<int, 2> sockets{};
  std::array<int, 2> pipe{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0 ||
      pipe2(pipe.data(), O_CLOEXEC) != 0) {
    fail(fmt::format("cannot start a worker: {}", strerror(errno)));
  }
  socket_ = sockets[0];
  output_pipe_ = pipe[0];
  fcntl(output_pipe_, F_SETFL, O_NONBLOCK);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, sockets[1], kProtocolDescriptor);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);

  std::vector<std::string> arguments{options_.executable.string(), std::to_string(getpid())};
  const std::string mark = offspring_.next_mark();
  std::map<std::string, std::string> marked = environment;
  marked[Offspring::kVariable] = mark;
  std::vector<std::string> variables = environment_with(marked);
  const int error = on_processors(options_.processors, [&] {
    return posix_spawn(&process_, options_.executable.c_str(), &actions, &attributes,
                       pointers(arguments).data(), pointers(variables).data());
  });
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(sockets[1]);
  close(pipe[1]);
  if (error == 0) {
    offspring_.add(process_, mark);
    process_descriptor_ = static_cast<int>(syscall(SYS_pidfd_open, process_, 0));
    if (process_descriptor_ < 0) fail(fmt::format("cannot watch a worker: {}", strerror(errno)));
    if (options_.oom_kills) oom_kills_before_ = options_.oom_kills();
    limit_resources();
    begin_request();
  }
  if (error != 0) {
    process_ = -1;
    const std::string place =
        options_.processors.empty()
            ? ""
            : fmt::format(" on processors {}", fmt::join(options_.processors, ","));
    const std::string reason = fmt::format("cannot start the worker '{}'{}: {}",
                                           options_.executable.string(), place, strerror(error));
    close(socket_);
    close(output_pipe_);
    fail(reason);
  }
}

/// Before its first request, so before any code of a plugin runs.
void WorkerProcess::limit_resources() {
  const rlimit no_core{0, 0};
  (void)prlimit(process_, RLIMIT_CORE, &no_core, nullptr);  // at worst a file is written
  if (options_.limits.memory_bytes <= 0) return;
  const auto bytes = static_cast<rlim_t>(options_.limits.memory_bytes);
  const rlimit memory{bytes, bytes};
  if (prlimit(process_, RLIMIT_DATA, &memory, nullptr) == 0) return;
  fail(
      fmt::format("memory in [limits] of the suite cannot be set: {}; ulimit -d shows the most "
                  "that there is",
                  strerror(errno)));
}

WorkerProcess::~WorkerProcess() {
  end(SIGKILL);
  close(socket_);
  close(output_pipe_);
  close(process_descriptor_);
}

void WorkerProcess::send(const Message& request) {
  if (std::holds_alternative<StepsRequest>(request)) phase_ = "train";
  begin_request();
  const std::string frame = encode(request, sequence_++);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t written = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;  // The worker is gone; receive() finds out how and says so.
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

Message WorkerProcess::receive() {
  begin_request();  // other workers may have been waited for since it was sent
  while (true) {
    if (auto answer = read_answer()) return std::move(*answer);
    if (!wait_readable(deadline(), true)) fail_by_timeout();
    (void)read_socket();
  }
}

std::optional<Message> WorkerProcess::try_receive() {
  drain_output();
  look();
  do {
    if (auto answer = read_answer()) return answer;
  } while (read_socket());
  if (Clock::now() >= deadline()) fail_by_timeout();
  return std::nullopt;
}

Watch WorkerProcess::watch() const {
  return {{socket_, process_descriptor_, output_pipe_}, std::min(deadline(), next_look_)};
}

void WorkerProcess::begin_request() {
  spent_.clear();
  since_ = Clock::now();
}

void WorkerProcess::enter_phase(std::string phase) {
  const auto now = Clock::now();
  spent_[phase_] += now - since_;
  since_ = now;
  phase_ = std::move(phase);
}

WorkerProcess::Clock::duration WorkerProcess::phase_limit() const {
  const auto limit = options_.limits.seconds.find(phase_);
  return duration_cast<Clock::duration>(limit == options_.limits.seconds.end()
                                            ? options_.timeout
                                            : std::chrono::duration<double>(limit->second));
}

/// Of the phase that the worker is in, as far as it has told.
WorkerProcess::Clock::time_point WorkerProcess::deadline() const {
  const auto before = spent_.find(phase_);
  return since_ + phase_limit() - (before == spent_.end() ? Clock::duration() : before->second);
}

/// Looks, now and then, for what a worker does beside its answers.
void WorkerProcess::look() {
  constexpr auto kPause = milliseconds(200);
  if (const int signal = offspring_.signal_from(process_); signal != 0) {
    take_notes();
    fail(fmt::format("sent {} to ndbench_suite; a plugin must not signal other processes",
                     signal_name(signal)));
  }
  const auto now = Clock::now();
  if (now < next_look_) return;
  next_look_ = now + kPause;
  if (!offspring_.exceeds(process_, options_.limits.processes)) return;
  kill(-process_, SIGKILL);  // all at once: who is spared would start more
  fail(
      fmt::format("started more than {} processes, killed; the suite's [limits] can allow more: "
                  "processes = …",
                  options_.limits.processes));
}

/// The answer, if what has been read holds one; takes note of phases and failures before it.
std::optional<Message> WorkerProcess::read_answer() {
  while (auto message = read_message()) {
    if (auto* note = std::get_if<PhaseNote>(&*message)) {
      enter_phase(std::move(note->phase));
    } else if (auto* failure = std::get_if<Failure>(&*message)) {
      phase_ = failure->phase;
      if (failure->unsupported) skip(failure->reason);
      fail(failure->reason,
           failure->rejected ? ExitCode::kPluginRejected : ExitCode::kBenchmarkFailed);
    } else {
      drain_output();
      return message;
    }
  }
  return std::nullopt;
}

/// Takes in the phases that the worker has told of by now: a signal may overtake them.
void WorkerProcess::take_notes() {
  std::array<char, 1 << 16> bytes;
  for (ssize_t count = 0; (count = recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0;) {
    decoder_.feed({bytes.data(), static_cast<std::size_t>(count)});
  }
  while (auto message = read_message()) {
    if (auto* note = std::get_if<PhaseNote>(&*message)) enter_phase(std::move(note->phase));
  }
}

/// Takes what the socket holds; false if that is nothing.
bool WorkerProcess::read_socket() {
  std::array<char, 1 << 16> bytes;
  const ssize_t count = recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count > 0) {
    decoder_.feed({bytes.data(), static_cast<std::size_t>(count)});
  } else if (count == 0 || errno != EAGAIN || has_ended()) {
    fail_by_death();
  }
  return count > 0;
}

std::optional<Message> WorkerProcess::read_message() {
  try {
    return decoder_.next();
  } catch (const Error& error) {
    fail(error.what());
  }
}

/// Waits until the socket is readable or the process has ended, whose children may hold the other
/// end of the socket; keeps what the worker prints meanwhile.
bool WorkerProcess::wait_readable(Clock::time_point deadline, bool interruptible) {
  while (true) {
    if (interruptible) {
      signals_.check();
      look();
    }
    const auto now = Clock::now();
    if (duration_cast<milliseconds>(deadline - now).count() < 0) return false;
    const auto until = interruptible ? std::min(deadline, next_look_) : deadline;
    const auto left = std::max(0L, duration_cast<milliseconds>(until - now).count()) + 1;
    std::array<pollfd, 4> ready{{{socket_, POLLIN, 0},
                                 {process_descriptor_, POLLIN, 0},
                                 {output_pipe_, POLLIN, 0},
                                 {interruptible ? signals_.descriptor() : -1, POLLIN, 0}}};
    constexpr long kLongest = 60'000;  // poll() takes an int; the loop comes back here anyway
    poll(ready.data(), ready.size(), static_cast<int>(std::min<long>(left, kLongest)));
    if (ready[2].revents != 0) drain_output();
    if (ready[0].revents != 0 || ready[1].revents != 0) return true;
  }
}

/// Whether the process has ended and left nothing to read.
bool WorkerProcess::has_ended() const {
  std::array<pollfd, 2> ready{{{process_descriptor_, POLLIN, 0}, {socket_, POLLIN, 0}}};
  poll(ready.data(), ready.size(), 0);
  return ready[0].revents != 0 && ready[1].revents == 0;
}

void WorkerProcess::drain_output() {
  std::array<char, 1 << 16> bytes;
  ssize_t count = 0;
  while ((count = read(output_pipe_, bytes.data(), bytes.size())) > 0) {
    output_.append(bytes.data(), static_cast<std::size_t>(count));
    if (output_.size() > 2 * kKeptOutput) output_.erase(0, output_.size() - kKeptOutput);
  }
  if (count == 0) {  // Nobody holds the other end any more: poll() would return at once for ever.
    close(output_pipe_);
    output_pipe_ = -1;
  }
}

LeftProcesses WorkerProcess::end() {
  end(SIGKILL);
  return std::move(left_);
}

/// Ends the process, SIGTERM first if asked so, then all that it started.
void WorkerProcess::end(int signal) {
  if (process_ < 0 || reaped_) return;
  if (signal == SIGTERM) {
    kill(-process_, SIGTERM);
    kill(-process_, SIGCONT);  // who has stopped would not hear it
    const auto deadline = Clock::now() + duration_cast<Clock::duration>(options_.grace);
    const int descriptor = socket_;
    std::array<char, 4096> ignored;
    while (wait_readable(deadline, false) &&
           recv(descriptor, ignored.data(), ignored.size(), MSG_DONTWAIT) > 0) {
    }
  }
  kill(process_, SIGKILL);  // by itself: it may have left its group
  reap();
  left_ = offspring_.end_left_by(process_);
  offspring_.remove(process_);
  if (output_pipe_ >= 0) drain_output();
}

/// Waits for the end of the process, which is near. One that has asked to be traced is also
/// reported when it stops.
void WorkerProcess::reap() {
  do {
    while (waitpid(process_, &exit_status_, 0) < 0 && errno == EINTR) {
    }
  } while (WIFSTOPPED(exit_status_) || WIFCONTINUED(exit_status_));
  reaped_ = true;
}

/// What a failure says of memory means little without the limit that was reached.
std::string WorkerProcess::memory_words(const std::string& reason) const {
  if (options_.limits.memory_bytes <= 0) return "";
  const auto tells = [](const std::string& text) {
    return text.find("bad_alloc") != std::string::npos ||
           text.find("allocate memory") != std::string::npos;
  };
  if (!tells(reason) && !tells(output_)) return "";
  return fmt::format("; the suite's [limits] allow it memory = {} bytes",
                     options_.limits.memory_bytes);
}

void WorkerProcess::fail(std::string reason, ExitCode code) {
  end(SIGKILL);
  Outcome outcome = failed(code, reason + memory_words(reason), phase_);
  outcome.is_lost = is_lost_;
  if (output_.size() > kKeptOutput) output_.erase(0, output_.size() - kKeptOutput);
  outcome.output = std::move(output_);
  throw WorkerFailed{std::move(outcome), std::move(left_)};
}

/// What it was asked for does not exist here.
void WorkerProcess::skip(std::string reason) {
  end(SIGKILL);
  throw WorkerFailed{skipped(std::move(reason)), std::move(left_)};
}

/// Another worker may do better.
void WorkerProcess::fail_as_lost(std::string reason) {
  is_lost_ = true;
  fail(std::move(reason));
}

/// The socket is closed: the process has ended, is about to, or has closed it on purpose.
void WorkerProcess::fail_by_death() {
  const auto deadline = Clock::now() + duration_cast<Clock::duration>(options_.grace);
  pollfd ended{process_descriptor_, POLLIN, 0};
  while (poll(&ended, 1, 10) == 0) {
    if (Clock::now() > deadline) {
      fail_as_lost("closed the connection to ndbench_suite and went on");
    }
    if (output_pipe_ >= 0) drain_output();
  }
  end(SIGKILL);
  if (!WIFSIGNALED(exit_status_)) {
    fail_as_lost(
        fmt::format("the process exited with status {} before it answered; a plugin must not call "
                    "exit()",
                    WEXITSTATUS(exit_status_)));
  }
  const int signal = WTERMSIG(exit_status_);
  fail_as_lost(signal == SIGKILL ? killer_words()
                                 : fmt::format("killed by {}", signal_name(signal)));
}

/// Who sent a SIGKILL that was not ndbench's.
std::string WorkerProcess::killer_words() const {
  const auto now = options_.oom_kills ? options_.oom_kills() : std::nullopt;
  if (!now || !oom_kills_before_ || *now <= *oom_kills_before_) {
    return fmt::format("killed by {} from outside ndbench", signal_name(SIGKILL));
  }
  return fmt::format(
      "killed by the kernel for want of memory (oom_kill went from {} to {}); give it more, or "
      "less to do",
      *oom_kills_before_, *now);
}

void WorkerProcess::fail_by_timeout() {
  end(SIGTERM);
  fail_as_lost(fmt::format(
      "no end of phase '{}' within {:g} s, killed; raise {} in [limits] of the suite{} if it needs "
      "longer",
      phase_, std::chrono::duration<double>(phase_limit()).count(), phase_,
      options_.limits.seconds.contains(phase_) ? "" : ", or --timeout,"));
}

}  // namespace ndbench
