#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/host_files.h"

namespace ndbench {

/// What one process has used so far.
struct ProcessTime {
  std::string name;      ///< printable, at most 15 characters
  double started = 0.0;  ///< tells two processes of one number apart
  double seconds = 0.0;  ///< of processor time
};

/// What the host has done so far: counters that only a later sample gives a meaning.
struct HostSample {
  double seconds = 0.0;  ///< when, on a steady clock

  /// Of the CPUs that this process may use, together, in seconds; nothing where it is hidden.
  std::optional<double> busy;
  std::optional<double> stolen;
  double own = 0.0;  ///< processor time of this process

  std::optional<double> runnable;   ///< threads that run or would at this moment, host-wide
  std::optional<double> throttled;  ///< periods in which the control group used up its quota
  std::optional<double> swapped;    ///< pages, in and out
  std::optional<double> too_hot;    ///< times that a core or package throttled for its heat
  std::map<int, ProcessTime> processes{};
};

/// @param cpus  those that this process may use.
/// @param with_processes  false leaves them out, for a sample that costs little.
[[nodiscard]] HostSample read_sample(const HostFiles& files, const std::vector<int>& cpus,
                                     bool with_processes);

/// A process and how many cores' worth of time it used.
struct ProcessUse {
  int process = 0;
  std::string name;
  double cores = 0.0;
};

/// What went on between two samples.
struct HostActivity {
  double seconds = 0.0;
  std::optional<double> others;    ///< cores' worth of time that others used, steal left out
  std::optional<double> stolen;    ///< cores' worth of time that the hypervisor gave to others
  std::optional<double> runnable;  ///< mean number of threads of others that ran or would have
  std::optional<double> throttled_before;
  std::optional<double> throttled;  ///< periods
  std::optional<double> swapped;    ///< pages
  std::optional<double> too_hot_before;
  std::optional<double> too_hot;    ///< times
  std::vector<ProcessUse> users{};  ///< others, the largest first, at most three
};

/// @param samples  at least two, in order; the first and the last with processes.
/// @param own_process  is left out of the users.
[[nodiscard]] HostActivity activity(const std::vector<HostSample>& samples, int own_process);

}  // namespace ndbench
