#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/interrupt.h"
#include "ndbench/error.h"

namespace ndbench {

/// What a run does about other runs that measure on this host.
enum class HostSharing {
  kRefuse,  ///< throw HostBusy
  kWait,    ///< until the last of them has ended
  kShare,   ///< measure beside them
};

/// A run that measures on this host.
struct MeasuringRun {
  int process = 0;      ///< 0: not visible from here (another namespace of process ids)
  std::string command;  ///< as it was typed, printable; "" if it cannot be read

  /// "process 42 (ndbench_suite --suite=graph)"
  [[nodiscard]] std::string text() const;
};

/// Another run measures, or the lock cannot be had for another reason. Says whom and what to do.
class HostBusy : public Error {
 public:
  using Error::Error;
};

/// Which runs exclude each other: "" or the value of NDBENCH_HOST_LOCK_NAME, for runs that are
/// pinned to disjoint cores of one host.
/// @throws UsageError if the value is too long.
[[nodiscard]] std::string host_lock_name();

/// Those that hold the lock `name` now.
[[nodiscard]] std::vector<MeasuringRun> measuring_runs(const std::string& name);

/// Held by a run for as long as it measures; seen by every user of this host, and released by the
/// kernel however the run ends.
///
/// A lock is a name in the kernel's table of abstract UNIX sockets: no file is left behind, no
/// folder need be writable, workers do not inherit it. Several runs may hold one if the later ones
/// share. Out of reach: runs in another network namespace (most containers) or virtual machine.
class HostLock {
 public:
  /// `waits_for` is told whom kWait waits for, each once.
  /// @throws HostBusy, Interrupted while waiting.
  HostLock(const std::string& name, HostSharing sharing, InterruptSignals& signals,
           const std::function<void(const MeasuringRun&)>& waits_for);
  ~HostLock();
  HostLock(const HostLock&) = delete;
  HostLock& operator=(const HostLock&) = delete;

 private:
  int socket_ = -1;
};

}  // namespace ndbench
