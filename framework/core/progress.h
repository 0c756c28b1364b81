#pragma once

#include <cstdio>
#include <functional>
#include <string>

namespace ndbench {

/// Says on stderr what is being measured and how long the rest will take: one line that replaces
/// itself on a terminal, plain lines elsewhere.
class Progress {
 public:
  using Seconds = std::function<double()>;  ///< since the start of the run

  Progress(std::FILE* stream, bool terminal, int total, Seconds now);

  /// Replica `what` of `total` is being measured.
  void start(const std::string& what);

  /// `count` more are done: the one that was started, and those that will not be.
  void done(int count = 1);

  /// More than `total` may come: the rest is at least what it says.
  void set_open() { open_ = true; }

  /// `count` more have to be measured than was known.
  void add(int count) { total_ += count; }

  /// Takes the line off the terminal so that something else can be printed.
  void clear();

 private:
  std::FILE* stream_;
  bool terminal_;
  int total_;
  int done_ = 0;
  int started_ = 0;
  bool open_ = false;
  Seconds now_;
};

/// "0:07", "12:34", "1:02:03".
[[nodiscard]] std::string clock_text(double seconds);

}  // namespace ndbench
