#include "worker/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace ndbench {

Message Channel::receive() {
  while (true) {
    if (auto message = decoder_.next()) return std::move(*message);
    std::array<char, 1 << 16> bytes;
    const ssize_t count = recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) leave(1);
    decoder_.feed({bytes.data(), static_cast<std::size_t>(count)});
  }
}

void Channel::send(const Message& message) {
  const std::string frame = encode(message, sequence_++);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t written = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) leave(1);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

void leave(int status) {
  std::fflush(nullptr);
  _exit(status);
}

}  // namespace ndbench
