// A worker without LibTorch that behaves as STUB_WORKER says. worker_process_test starts it.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/protocol.h"

namespace {

void send_bytes(const std::string& bytes) {
  (void)!write(ndbench::kProtocolDescriptor, bytes.data(), bytes.size());
}

ndbench::Message receive() {
  static ndbench::MessageDecoder decoder;
  while (true) {
    if (auto message = decoder.next()) return std::move(*message);
    char bytes[4096];
    const ssize_t count = read(ndbench::kProtocolDescriptor, bytes, sizeof bytes);
    if (count <= 0) _exit(0);
    decoder.feed({bytes, static_cast<std::size_t>(count)});
  }
}

void answer(const ndbench::Message& message) {
  static std::uint32_t sequence = 0;
  send_bytes(ndbench::encode(message, sequence++));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "unset" : value;
}

/// A process that holds all that this one has open, and outlives it.
pid_t leave_a_child() {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGTERM, SIG_IGN);
    while (true) pause();
  }
  return child;
}

/// A process in a session of its own, whose parent is gone.
void leave_a_daemon() {
  const pid_t parent = fork();
  if (parent == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    prctl(PR_SET_NAME, "daemon");
    while (true) pause();
  }
  waitpid(parent, nullptr, 0);
}

std::string limit(__rlimit_resource resource) {
  rlimit value{};
  getrlimit(resource, &value);
  return std::to_string(value.rlim_cur);
}

}  // namespace

int main() {
  const std::string behaviour = variable("STUB_WORKER");
  const ndbench::Message request = receive();
  if (behaviour == "describe") {
    const auto& plugin = std::get<ndbench::DescribeRequest>(request).plugin;
    answer(ndbench::Description{plugin.name, variable("STUB_TOLD"), {}, plugin.path, {}});
  } else if (behaviour == "tell processors") {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line) && !line.starts_with("Cpus_allowed_list:\t")) {
    }
    answer(ndbench::Description{line.substr(line.find('\t') + 1), "", {}, "", {}});
  } else if (behaviour == "serve") {
    answer(ndbench::PhaseNote{"prepare"});
    answer(ndbench::Prepared{});
    for (int epoch = 0;; ++epoch) {
      if (std::holds_alternative<ndbench::StateRequest>(receive())) break;
      answer(ndbench::EpochSample{.examples = epoch, .evaluation = {}});
    }
    answer(ndbench::State{"hash", {}});
  } else if (behaviour == "fail" || behaviour == "reject") {
    std::puts("before the failure");
    std::fflush(stdout);
    answer(ndbench::Failure{behaviour == "reject", "prepare", "no data"});
  } else if (behaviour == "lack") {
    answer(ndbench::Failure{false, "prepare", "no such kernel", true});
  } else if (behaviour == "exit") {
    std::fputs("to stderr\n", stderr);
    return 3;
  } else if (behaviour == "leave") {
    return 0;
  } else if (behaviour == "abort in hash") {
    answer(ndbench::PhaseNote{"hash"});
    std::abort();
  } else if (behaviour == "print") {
    for (int line = 0; line < 20'000; ++line) std::printf("%09d\n", line);  // 200 kB
    std::fflush(stdout);
    answer(ndbench::Description{"printed", "", {}, "", {}});
  } else if (behaviour == "print and exit") {
    for (int line = 0; line < 20'000; ++line) std::printf("%09d\n", line);
    std::fflush(stdout);
    return 3;
  } else if (behaviour == "garbage") {
    send_bytes("this is not a frame of the worker protocol");
    receive();
  } else if (behaviour == "replay") {
    const std::string frame = ndbench::encode(ndbench::PhaseNote{"train"}, 0);
    send_bytes(frame + frame);
    receive();
  } else if (behaviour == "hang") {
    while (true) pause();
  } else if (behaviour == "hang and ignore SIGTERM") {
    signal(SIGTERM, SIG_IGN);
    while (true) pause();
  } else if (behaviour == "hang up") {
    close(ndbench::kProtocolDescriptor);
    while (true) pause();
  } else if (behaviour == "leave a child") {
    std::printf("child %d\n", static_cast<int>(leave_a_child()));
    std::fflush(stdout);
    return 3;
  } else if (behaviour == "leave a child and hang") {
    std::printf("child %d\n", static_cast<int>(leave_a_child()));
    std::fflush(stdout);
    while (true) pause();
  } else if (behaviour == "leave a child and describe") {
    answer(ndbench::Description{std::to_string(leave_a_child()), "", {}, "", {}});
  } else if (behaviour == "leave a daemon and describe") {
    leave_a_daemon();
    answer(ndbench::Description{"", "", {}, "", {}});
  } else if (behaviour == "leave a daemon and exit") {
    leave_a_daemon();
    return 3;
  } else if (behaviour == "start many") {
    for (int count = 0; count < 40; ++count) {
      if (fork() == 0) break;
    }
    while (true) pause();
  } else if (behaviour == "tell limits") {
    answer(ndbench::Description{limit(RLIMIT_CORE), limit(RLIMIT_DATA), {}, "", {}});
  } else if (behaviour == "fail for memory") {
    answer(ndbench::Failure{false, "train", "out of memory (std::bad_alloc)"});
  } else if (behaviour == "signal the parent") {
    kill(getppid(), SIGTERM);
    while (true) pause();
  } else if (behaviour == "signal the parent by a child") {
    const pid_t supervisor = getppid();
    if (fork() == 0) kill(supervisor, SIGINT);
    while (true) pause();
  } else if (behaviour == "be traced and stop") {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGUSR1);
  } else if (behaviour == "leave the group and hang") {
    setpgid(0, getpgid(getppid()));
    while (true) pause();
  } else if (behaviour == "stop") {
    raise(SIGSTOP);
  } else if (behaviour == "be killed") {
    raise(SIGKILL);
  } else if (behaviour == "hang in evaluate") {
    answer(ndbench::PhaseNote{"train"});
    answer(ndbench::PhaseNote{"evaluate"});
    while (true) pause();
  } else if (behaviour == "go to and fro") {
    for (int turn = 0;; ++turn) {
      answer(ndbench::PhaseNote{turn % 2 == 0 ? "train" : "hash"});
      usleep(20'000);
    }
  } else {
    answer(ndbench::Failure{false, "load", "the stub does not know " + behaviour});
  }
}
