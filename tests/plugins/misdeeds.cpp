#include "misdeeds.h"

#include <c10/util/Exception.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cfenv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr int kProtocolDescriptor = 3;  // of ndbench_worker

/// Shows in /proc that it has got here.
[[noreturn]] void hang() {
  prctl(PR_SET_NAME, "hanging");
  while (true) pause();
}

int overflow_stack(volatile char* caller, int depth) {
  if (depth < 0) return 0;
  volatile char frame[4096];  // used after the call, so that the recursion is no loop
  frame[0] = caller != nullptr ? *caller : '\0';
  return overflow_stack(frame, depth + 1) + frame[0];
}

/// Each line is 64 bytes on each stream.
void print_lines(int lines) {
  for (int line = 0; line < lines; ++line) {
    std::printf("{\"villain\": \"this line %5d of stdout is no result\"}\n", line);
    std::fprintf(stderr, "villain: this is line %5d of much on stderr and .....\n", line);
  }
  std::fflush(stdout);
}

constexpr int kMegabyte = 8192;  // lines
constexpr int kHundredMegabytes = 819'200;

/// Leaves a process in a session of its own, whose parent is gone.
void leave_daemon() {
  if (fork() == 0) {
    setsid();
    if (fork() == 0) hang();
    _exit(0);
  }
}

/// Every process starts others, until there are 400.
void explode() {
  constexpr int kMost = 400;
  auto* count =
      static_cast<std::atomic<int>*>(mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  while (count->fetch_add(1) < kMost) (void)fork();
  hang();
}

/// Memory that is never touched, and takes none of the machine's.
void allocate() {
  constexpr std::size_t kPiece = std::size_t{64} << 20U;
  std::vector<std::unique_ptr<char[]>> pieces;
  while (true) pieces.emplace_back(new char[kPiece]);
}

/// Memory that is touched, up to 4 GiB: for a control group that allows less.
void fill_memory() {
  constexpr std::size_t kPiece = std::size_t{16} << 20U;
  for (int piece = 0; piece < 256; ++piece) std::memset(std::malloc(kPiece), 1, kPiece);
  throw Error("nobody bounds the memory");
}

/// In the first process that finds the file.
void kill_once() {
  const char* mark = std::getenv("NDBENCH_TEST_MARK");
  if (mark != nullptr && unlink(mark) == 0) raise(SIGKILL);
}

/// A page that no file stands behind any more.
void touch_nothing() {
  const int file = memfd_create("nothing", 0);
  *static_cast<volatile char*>(mmap(nullptr, 4096, PROT_WRITE, MAP_SHARED, file, 0)) = 1;
}

void free_twice() {
  void* volatile piece = std::malloc(100);
  void* volatile again = piece;
  for (void* one : {piece, again}) std::free(one);
}

/// Over what the allocator keeps between pieces.
void smash_heap() {
  std::vector<void*> pieces;
  for (int count = 0; count < 64; ++count) pieces.push_back(std::malloc(5000));
  for (void* piece : pieces) std::memset(static_cast<char*>(piece) - 16, 0x5a, 5040);
  for (void* piece : pieces) std::free(piece);
}

/// Asks for a signal in 50 ms that nobody handles.
void set_timer() {
  itimerval soon{};
  soon.it_value.tv_usec = 50'000;
  setitimer(ITIMER_REAL, &soon, nullptr);
  hang();
}

void deadlock() {
  prctl(PR_SET_NAME, "hanging");
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_mutex_lock(&mutex);
}

/// All that a process can set for itself and that changes what others compute in it.
void change_settings() {
  fesetround(FE_UPWARD);
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);  // flush to zero, denormals are zero
#endif
  setenv("OMP_NUM_THREADS", "7", 1);
  setenv("ATEN_CPU_CAPABILITY", "default", 1);
  unsetenv("OMP_DYNAMIC");
}

void block_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
}

const std::map<std::string, std::function<void()>>& deeds() {
  static const std::map<std::string, std::function<void()>> all{
      {"none", [] {}},
      {"allocate", allocate},
      {"block_signals", block_signals},
      {"change_folder", [] { (void)!chdir("/"); }},
      {"change_settings", change_settings},
      {"close_output",
       [] {
         close(STDOUT_FILENO);
         close(STDERR_FILENO);
       }},
      {"deadlock", deadlock},
      {"double_free", free_twice},
      {"fill_memory", fill_memory},
      {"fork_bomb", explode},
      {"heap_smash", smash_heap},
      {"leave_daemon", leave_daemon},
      {"leave_group",
       [] {
         setpgid(0, getpgid(getppid()));
         hang();
       }},
      {"print_100mb", [] { print_lines(kHundredMegabytes); }},
      {"quick_exit", [] { std::quick_exit(0); }},
      {"sigbus", touch_nothing},
      {"sigfpe", [] { raise(SIGFPE); }},
      {"sigill", [] { __builtin_trap(); }},
      {"signal_parent",
       [] {
         kill(getppid(), SIGTERM);
         hang();
       }},
      {"spin",
       [] {
         volatile int turns = 0;
         while (true) turns = turns + 1;
       }},
      {"stop", [] { raise(SIGSTOP); }},
      {"timer", set_timer},
      {"traced",
       [] {
         ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
         raise(SIGUSR1);
       }},
      {"abort", [] { std::abort(); }},
      {"bad_alloc", [] { throw std::bad_alloc(); }},
      {"close_protocol", [] { close(kProtocolDescriptor); }},
      {"close_protocol_and_hang",
       [] {
         close(kProtocolDescriptor);
         hang();
       }},
      {"exit0", [] { std::exit(0); }},
      {"exit0_at_once", [] { _exit(0); }},
      {"hang", [] { hang(); }},
      {"hang_ignoring_sigterm",
       [] {
         signal(SIGTERM, SIG_IGN);
         hang();
       }},
      {"kill", [] { raise(SIGKILL); }},
      {"kill_once", kill_once},
      {"leave_child",
       [] {
         if (fork() == 0) hang();
       }},
      {"print", [] { print_lines(kMegabyte); }},
      {"print_and_abort",
       [] {
         print_lines(kMegabyte);
         std::fputs("the last line before abort\n", stderr);
         std::abort();
       }},
      {"segfault",
       [] {
         volatile int* volatile nowhere = nullptr;
         *nowhere = 1;
       }},
      {"stack_overflow", [] { std::exit(overflow_stack(nullptr, 1)); }},
      {"throw", [] { throw std::runtime_error("thrown by a villain"); }},
      {"throw_c10", [] { TORCH_CHECK(false, "checked by a villain"); }},
      {"throw_int", [] { throw 42; }},
      {"throw_ndbench", [] { throw Error("the villain's data is gone; bring it back"); }},
      {"write_protocol",
       [] {
         if (write(kProtocolDescriptor, "HTTP/1.1 200 OK\r\n\r\n...", 22) != 22) std::abort();
       }},
  };
  return all;
}

}  // namespace

const std::vector<std::string>& misdeeds() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const auto& [name, deed] : deeds()) result.push_back(name);
    return result;
  }();
  return names;
}

void commit(const std::string& misdeed, const std::string& phase) {
  if (misdeed != "none") {
    // Not flushed: what a plugin printed must survive it all the same.
    std::printf("villain: %s in %s\n", misdeed.c_str(), phase.c_str());
  }
  deeds().at(misdeed)();
}

}  // namespace ndbench
