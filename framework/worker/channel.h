#pragma once

#include "core/protocol.h"

namespace ndbench {

/// The worker's end of the conversation.
class Channel {
 public:
  explicit Channel(int descriptor) : descriptor_(descriptor) {}

  /// Waits for the next request. Leaves the process if the supervisor is gone.
  [[nodiscard]] Message receive();

  /// Leaves the process if the supervisor is gone.
  void send(const Message& message);

 private:
  int descriptor_;
  std::uint32_t sequence_ = 0;
  MessageDecoder decoder_;
};

/// Ends the process without running destructors or exit handlers: LibTorch's and plugins' are not
/// safe to run once libraries have been opened at run time.
[[noreturn]] void leave(int status);

}  // namespace ndbench
