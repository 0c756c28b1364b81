// A worker without LibTorch that behaves as STUB_WORKER says. worker_process_test starts it.

#include <signal.h>
#include <sys/socket.h>
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
  } else {
    answer(ndbench::Failure{false, "load", "the stub does not know " + behaviour});
  }
}
