#include "misdeeds.h"

#include <c10/util/Exception.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <new>
#include <stdexcept>

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

/// A megabyte, half on each stream.
void print_much() {
  for (int line = 0; line < 8192; ++line) {
    std::printf("{\"villain\": \"this line %5d of stdout is no result\"}\n", line);
    std::fprintf(stderr, "villain: this is line %5d of much on stderr and .....\n", line);
  }
  std::fflush(stdout);
}

const std::map<std::string, std::function<void()>>& deeds() {
  static const std::map<std::string, std::function<void()>> all{
      {"none", [] {}},
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
      {"leave_child",
       [] {
         if (fork() == 0) hang();
       }},
      {"print", print_much},
      {"print_and_abort",
       [] {
         print_much();
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
