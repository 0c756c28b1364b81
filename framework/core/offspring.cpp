#include "core/offspring.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "core/printable.h"

namespace ndbench {
namespace {

/// What can be read of a file; a process may be gone at any moment, which is no error.
std::string read_file(const std::string& path) {
  std::string text;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return text;
  std::array<char, 4096> bytes;
  for (ssize_t count = 0; (count = read(file, bytes.data(), bytes.size())) > 0;) {
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
  close(file);
  return text;
}

/// A line of /proc/<process>/stat: "12 (a name) S 1 12 …"; the name may hold anything.
bool parse_stat(const std::string& line, ProcessEntry& entry) {
  const std::size_t open = line.find('(');
  const std::size_t close = line.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return false;
  entry.name = line.substr(open + 1, close - open - 1);
  std::istringstream rest(line.substr(close + 1));
  return static_cast<bool>(rest >> entry.state >> entry.parent >> entry.group);
}

/// None where /proc is not mounted.
std::vector<ProcessEntry> read_processes() {
  std::vector<ProcessEntry> processes;
  DIR* folder = opendir("/proc");
  if (folder == nullptr) return processes;
  while (const dirent* item = readdir(folder)) {
    const std::string name = static_cast<const char*>(item->d_name);
    ProcessEntry entry;
    const auto [end, error] =
        std::from_chars(name.data(), name.data() + name.size(), entry.process);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    if (parse_stat(read_file("/proc/" + name + "/stat"), entry)) processes.push_back(entry);
  }
  closedir(folder);
  return processes;
}

bool has_ended(const ProcessEntry& entry) { return entry.state == 'Z' || entry.state == 'X'; }

/// `family` and all its descendants that run.
std::vector<ProcessEntry> with_descendants(std::set<pid_t> family,
                                           const std::vector<ProcessEntry>& all) {
  for (std::size_t before = 0; before != family.size();) {
    before = family.size();
    for (const ProcessEntry& entry : all) {
      if (!has_ended(entry) && family.contains(entry.parent)) family.insert(entry.process);
    }
  }
  std::vector<ProcessEntry> result;
  std::copy_if(all.begin(), all.end(), std::back_inserter(result),
               [&](const ProcessEntry& entry) { return family.contains(entry.process); });
  return result;
}

/// Threads on the host, of all its processes: "0.52 0.58 0.59 2/803 11206". 0 if it is hidden.
long threads_on_host() {
  const std::string text = read_file("/proc/loadavg");
  const std::size_t slash = text.find('/');
  return slash == std::string::npos ? 0 : std::strtol(text.c_str() + slash + 1, nullptr, 10);
}

}  // namespace

std::string left_text(const LeftProcesses& left) {
  int total = 0;
  std::vector<std::string> names;
  for (const auto& [name, count] : left) {
    total += count;
    names.push_back(printable(name) + (count > 1 ? fmt::format(", {} of them", count) : ""));
  }
  if (total == 0) return "";
  return fmt::format("left {} process{} behind ({}), killed", total, total == 1 ? "" : "es",
                     fmt::join(names, "; "));
}

Offspring::Offspring(InterruptSignals& signals) : signals_(signals) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  signals_.set_filter([this](int signal, pid_t sender) { return take(signal, sender); });
}

Offspring::~Offspring() {
  signals_.set_filter({});
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

std::string Offspring::next_mark() {
  return fmt::format("{:08x}{:08x}", static_cast<unsigned>(getpid()), next_++);
}

void Offspring::add(pid_t worker, const std::string& mark) {
  workers_[worker] = {mark, threads_on_host()};
}

/// Whether the environment that a process was started with holds the worker's mark. One that holds
/// none, or hides it, is the only worker's, if there is one alone.
bool Offspring::is_marked(pid_t process, const WorkerEntry& worker) const {
  const std::string environment =
      std::string(1, '\0') + read_file(fmt::format("/proc/{}/environ", process));
  const std::string variable = std::string(1, '\0') + std::string(kVariable) + "=";
  const std::size_t found = environment.find(variable);
  if (found == std::string::npos) return workers_.size() == 1;
  return environment.compare(found + variable.size(), worker.mark.size(), worker.mark) == 0;
}

std::vector<ProcessEntry> Offspring::of(pid_t worker) const { return of(worker, read_processes()); }

std::vector<ProcessEntry> Offspring::of(pid_t worker, const std::vector<ProcessEntry>& all) const {
  const auto known = workers_.find(worker);
  if (known == workers_.end()) return {};
  std::set<pid_t> family{worker};
  for (const ProcessEntry& entry : all) {
    if (has_ended(entry) || workers_.contains(entry.process)) continue;
    if (entry.group == worker || (is_adopted(entry) && is_marked(entry.process, known->second))) {
      family.insert(entry.process);
    }
  }
  std::vector<ProcessEntry> result = with_descendants(std::move(family), all);
  std::erase_if(result, [&](const ProcessEntry& entry) { return entry.process == worker; });
  return result;
}

bool Offspring::exceeds(pid_t worker, int most) {
  WorkerEntry& entry = workers_.at(worker);
  const long threads = threads_on_host();
  entry.fewest_threads = std::min(entry.fewest_threads, threads);
  if (threads - entry.fewest_threads <= most) return false;
  return of(worker).size() > static_cast<std::size_t>(most);
}

bool Offspring::is_adopted(const ProcessEntry& entry) const {
  return entry.parent == getpid() && !workers_.contains(entry.process);
}

/// Those that became children of this process and have ended.
void Offspring::reap(const std::vector<ProcessEntry>& all) const {
  for (const ProcessEntry& entry : all) {
    if (is_adopted(entry) && entry.state == 'Z') waitpid(entry.process, nullptr, WNOHANG);
  }
}

LeftProcesses Offspring::end_left_by(pid_t worker) {
  return end([&](const std::vector<ProcessEntry>& all) { return of(worker, all); }, worker);
}

LeftProcesses Offspring::end_rest() {
  const auto adopted = [&](const std::vector<ProcessEntry>& all) {
    std::set<pid_t> children;
    for (const ProcessEntry& entry : all) {
      if (is_adopted(entry) && !has_ended(entry)) children.insert(entry.process);
    }
    return with_descendants(std::move(children), all);
  };
  return end(adopted, 0);
}

/// @param group  to kill whole, too; 0 for none.
LeftProcesses Offspring::end(const FindProcesses& find_left, pid_t group) const {
  using Clock = std::chrono::steady_clock;
  constexpr auto kMoment = std::chrono::milliseconds(100);
  constexpr auto kLongest = std::chrono::seconds(10);  // SIGKILL waits for a disk that hangs
  constexpr auto kPause = std::chrono::milliseconds(1);
  const auto start = Clock::now();
  constexpr int kEnough = 3;
  int empty_looks = 0;
  std::map<pid_t, std::string> killed;
  while (Clock::now() < start + kLongest) {
    const std::vector<ProcessEntry> all = read_processes();
    reap(all);
    const std::vector<ProcessEntry> left = find_left(all);
    // One look is no proof: a parent may end while it is read, before its child is read, or after.
    empty_looks = left.empty() ? empty_looks + 1 : 0;
    if (empty_looks == kEnough) break;
    // From the second look on, new ones are those that were being made.
    if (!left.empty() && (Clock::now() >= start + kMoment || left.size() > 8)) {
      if (group != 0) kill(-group, SIGKILL);
      for (const ProcessEntry& entry : left) {
        kill(entry.process, SIGKILL);
        killed[entry.process] = entry.name;
      }
    }
    std::this_thread::sleep_for(kPause);
  }
  reap(read_processes());
  LeftProcesses names;
  for (const auto& [process, name] : killed) ++names[name];
  return names;
}

int Offspring::signal_from(pid_t worker) const {
  const auto found = workers_.find(worker);
  return found == workers_.end() ? 0 : found->second.signal;
}

/// Whether the signal came from a worker or a descendant of one, which is to blame for it then.
bool Offspring::take(int signal, pid_t sender) {
  if (workers_.empty() || sender == 0) return false;
  const std::vector<ProcessEntry> all = read_processes();
  for (auto& [worker, entry] : workers_) {
    const std::vector<ProcessEntry> family = of(worker, all);
    const bool is_from_it =
        sender == worker || std::any_of(family.begin(), family.end(), [&](const ProcessEntry& one) {
          return one.process == sender;
        });
    if (is_from_it) {
      entry.signal = signal;
      return true;
    }
  }
  return false;
}

}  // namespace ndbench
