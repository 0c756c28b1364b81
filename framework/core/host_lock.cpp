#include "core/host_lock.h"

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "core/printable.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

// A run that excludes others holds the first place and finds the rest empty; one that shares
// takes any place.
constexpr int kPlaces = 64;

/// A descriptor that closes itself.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

/// The text NDBENCH_HOST_LOCK_NAME is at most this long: an address has room for 107 bytes.
constexpr std::size_t kLongestName = 64;

struct Address {
  sockaddr_un place{};
  socklen_t length = 0;

  Address(const std::string& name, int number) {
    const std::string text = fmt::format("ndbench/host/{}/{}", name, number);
    place.sun_family = AF_UNIX;
    std::memcpy(place.sun_path + 1, text.data(), text.size());  // a leading NUL: no file
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  }

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&place); }
};

[[noreturn]] void fail(const char* what) {
  throw HostBusy(
      fmt::format("cannot {} the lock that keeps two runs from measuring on one host: {}; "
                  "--host_lock=share measures without it",
                  what, std::strerror(errno)));
}

Socket make_socket() {
  Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) fail("make");
  return socket;
}

/// The socket that holds a place, or nothing if another has it.
std::optional<Socket> take(const std::string& name, int number) {
  const Address address(name, number);
  Socket socket = make_socket();
  if (bind(socket.get(), address.get(), address.length) != 0) {
    if (errno == EADDRINUSE) return std::nullopt;
    fail("take");
  }
  if (listen(socket.get(), SOMAXCONN) != 0) fail("take");
  return socket;
}

std::string command_of(int process) {
  std::ifstream file(fmt::format("/proc/{}/cmdline", process), std::ios::binary);
  std::string command{std::istreambuf_iterator<char>(file), {}};
  while (command.ends_with('\0')) command.pop_back();
  std::replace(command.begin(), command.end(), '\0', ' ');
  return printable(command, 200);
}

struct Holder {
  MeasuringRun run;
  Socket connection;  ///< hung up when the run ends; -1 if too many wait already
};

/// Who holds a place, if anybody.
std::optional<Holder> holder(const std::string& name, int number) {
  const Address address(name, number);
  Socket socket = make_socket();
  if (connect(socket.get(), address.get(), address.length) != 0) {
    if (errno != EAGAIN) return std::nullopt;
    return Holder{{}, Socket(-1)};
  }
  ucred peer{};
  socklen_t size = sizeof peer;
  MeasuringRun run;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0) {
    run = {peer.pid, command_of(peer.pid)};
  }
  return Holder{std::move(run), std::move(socket)};
}

std::optional<Holder> first_holder(const std::string& name, int first_place) {
  for (int number = first_place; number < kPlaces; ++number) {
    if (auto found = holder(name, number)) return found;
  }
  return std::nullopt;
}

/// Any free place; none is left only beside kPlaces other runs.
Socket take_any(const std::string& name) {
  for (int number = 0; number < kPlaces; ++number) {
    if (auto socket = take(name, number)) return std::move(*socket);
  }
  throw HostBusy(
      fmt::format("{} runs measure on this host already; wait for some of them to end", kPlaces));
}

/// The first place if all others are free, or who is in the way.
std::pair<std::optional<Socket>, std::optional<Holder>> take_all(const std::string& name) {
  // A place that is taken but does not answer is about to be held or to be freed.
  constexpr int kAttempts = 10'000;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (auto socket = take(name, 0)) {
      auto other = first_holder(name, 1);
      if (other) return {std::nullopt, std::move(other)};
      return {std::move(socket), std::nullopt};
    }
    if (auto other = first_holder(name, 0)) return {std::nullopt, std::move(other)};
    sched_yield();
  }
  return {std::nullopt, Holder{{}, Socket(-1)}};
}

void wait_for_end(const Holder& holder, InterruptSignals& signals) {
  while (true) {
    signals.check();
    std::array<pollfd, 2> ready{
        {{holder.connection.get(), POLLIN, 0}, {signals.descriptor(), POLLIN, 0}}};
    poll(ready.data(), ready.size(), -1);
    if (ready[0].revents != 0) return;
  }
}

}  // namespace

std::string MeasuringRun::text() const {
  if (process == 0) return "a process that cannot be seen from here";
  return fmt::format("process {}{}", process, command.empty() ? "" : " (" + command + ")");
}

std::string host_lock_name() {
  const char* name = std::getenv("NDBENCH_HOST_LOCK_NAME");
  if (name == nullptr) return "";
  if (std::strlen(name) > kLongestName) {
    throw UsageError(fmt::format("NDBENCH_HOST_LOCK_NAME: '{}' is longer than {} bytes",
                                 printable(name), kLongestName));
  }
  return name;
}

std::vector<MeasuringRun> measuring_runs(const std::string& name) {
  std::vector<MeasuringRun> runs;
  for (int number = 0; number < kPlaces; ++number) {
    if (auto found = holder(name, number)) runs.push_back(std::move(found->run));
  }
  return runs;
}

HostLock::HostLock(const std::string& name, HostSharing sharing, InterruptSignals& signals,
                   const std::function<void(const MeasuringRun&)>& waits_for) {
  if (sharing == HostSharing::kShare) {
    socket_ = take_any(name).release();
    return;
  }
  while (true) {
    auto [place, other] = take_all(name);
    if (place) {
      socket_ = place->release();
      return;
    }
    if (sharing == HostSharing::kRefuse || other->connection.get() < 0) {
      throw HostBusy(
          fmt::format("another run measures on this host: {}; both would time each other. Wait "
                      "for its end (--host_lock=wait does) or measure beside it "
                      "(--host_lock=share)",
                      other->run.text()));
    }
    waits_for(other->run);
    wait_for_end(*other, signals);
  }
}

HostLock::~HostLock() { close(socket_); }

}  // namespace ndbench
