#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/interrupt.h"

namespace ndbench {

/// A process as /proc tells of it.
struct ProcessEntry {
  pid_t process = 0;
  pid_t parent = 0;
  pid_t group = 0;
  char state = '?';
  std::string name{};  ///< as its program chose it: hostile
};

/// How many processes of each name a worker left behind.
using LeftProcesses = std::map<std::string, int>;

/// "left 2 processes behind (sleep, 2 of them), killed"; "" for none.
[[nodiscard]] std::string left_text(const LeftProcesses& left);

/// The workers of this process and all that they started, in their process group or out of it.
///
/// While it is there, a descendant whose parent ends becomes a child of this process
/// (PR_SET_CHILD_SUBREAPER), so that none gets away by a double fork or setsid(). Which worker it
/// came from is told by a variable in the environment that it was started with.
class Offspring {
 public:
  /// A signal that a worker or one of its descendants sends to this process ends no run.
  explicit Offspring(InterruptSignals& signals);
  Offspring(const Offspring&) = delete;
  Offspring& operator=(const Offspring&) = delete;
  ~Offspring();

  /// The name of the variable; its values are of one length.
  static constexpr char kVariable[] = "NDBENCH_WORKER";

  /// The variable's value for the next worker.
  [[nodiscard]] std::string next_mark();

  void add(pid_t worker, const std::string& mark);
  void remove(pid_t worker) { workers_.erase(worker); }

  /// What the worker started, directly or not, and what runs.
  [[nodiscard]] std::vector<ProcessEntry> of(pid_t worker) const;

  /// Whether the worker's descendants are more than `most`. Costs one small read as long as the
  /// number of threads on the whole host has not grown by that many since it was last lower.
  [[nodiscard]] bool exceeds(pid_t worker, int most);

  /// Kills what `worker`, which has ended, left behind, once it had a moment to end by itself.
  [[nodiscard]] LeftProcesses end_left_by(pid_t worker);

  /// Kills what became a child of this process and is put down to no worker, when all have ended.
  [[nodiscard]] LeftProcesses end_rest();

  /// The signal that the worker or a descendant of it sent to this process; 0 for none.
  [[nodiscard]] int signal_from(pid_t worker) const;

 private:
  struct WorkerEntry {
    std::string mark;
    long fewest_threads = 0;  ///< on the host, since it was added
    int signal = 0;           ///< that it sent
  };

  /// Whether it is a child of this process, and not a worker.
  [[nodiscard]] bool is_adopted(const ProcessEntry& entry) const;
  bool take(int signal, pid_t sender);
  [[nodiscard]] bool is_marked(pid_t process, const WorkerEntry& worker) const;
  [[nodiscard]] std::vector<ProcessEntry> of(pid_t worker,
                                             const std::vector<ProcessEntry>& all) const;
  using FindProcesses =
      std::function<std::vector<ProcessEntry>(const std::vector<ProcessEntry>& all)>;
  [[nodiscard]] LeftProcesses end(const FindProcesses& find_left, pid_t group) const;
  void reap(const std::vector<ProcessEntry>& all) const;

  InterruptSignals& signals_;
  std::map<pid_t, WorkerEntry> workers_;
  unsigned next_ = 0;
};

}  // namespace ndbench
