#include "core/program_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>

#include "core/printable.h"
#include "ndbench/error.h"

extern char** environ;

namespace ndbench {
namespace {

/// What posix_spawn() is told, released with this object.
class SpawnSettings {
 public:
  explicit SpawnSettings(const ProgramRun& run) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, run.log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (!run.folder.empty()) {
      posix_spawn_file_actions_addchdir_np(&actions_, run.folder.c_str());
    }
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

int end_of(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

int run_program(const ProgramRun& run, InterruptSignals& signals) {
  signals.check();
  std::vector<char*> words{const_cast<char*>(run.program.c_str())};
  for (const std::string& argument : run.arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  const SpawnSettings settings(run);
  pid_t process = 0;
  const int error = posix_spawn(&process, run.program.c_str(), settings.actions(),
                                settings.attributes(), words.data(), environ);
  if (error != 0) {
    throw Error(
        fmt::format("cannot run '{}': {}", printable(run.program.string()), std::strerror(error)));
  }
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
  pollfd events[]{{handle, POLLIN, 0}, {signals.descriptor(), POLLIN, 0}};
  try {
    while (handle >= 0 && events[0].revents == 0) {
      poll(events, 2, -1);
      signals.check();
    }
  } catch (const Interrupted& interrupt) {
    kill(process, interrupt.signal);
    (void)end_of(process);
    close(handle);
    throw;
  }
  if (handle >= 0) close(handle);
  return end_of(process);
}

std::string ending_words(const ProgramRun& run, int status) {
  constexpr std::size_t kLines = 3;
  std::deque<std::string> last;
  std::ifstream log(run.log);
  for (std::string line; std::getline(log, line);) {
    last.push_back(printable(line, 400));
    if (last.size() > kLines) last.pop_front();
  }
  return fmt::format("{}: {}",
                     WIFEXITED(status) ? fmt::format("exit status {}", WEXITSTATUS(status))
                                       : fmt::format("signal {}", WTERMSIG(status)),
                     fmt::join(last, "; "));
}

}  // namespace ndbench
