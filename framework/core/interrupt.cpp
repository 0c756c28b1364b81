#include "core/interrupt.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <system_error>

namespace ndbench {
namespace {

sigset_t interrupt_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

InterruptSignals::InterruptSignals() : descriptor_(-1) {
  const sigset_t set = interrupt_set();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  descriptor_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
}

InterruptSignals::~InterruptSignals() {
  const sigset_t set = interrupt_set();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  close(descriptor_);
}

void InterruptSignals::check() {
  if (received_ == 0) {
    signalfd_siginfo info{};
    if (read(descriptor_, &info, sizeof info) != sizeof info) return;
    if (filter_ && filter_(static_cast<int>(info.ssi_signo), static_cast<pid_t>(info.ssi_pid))) {
      return;
    }
    received_ = static_cast<int>(info.ssi_signo);
    const sigset_t set = interrupt_set();
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
  }
  throw Interrupted{received_};
}

}  // namespace ndbench
