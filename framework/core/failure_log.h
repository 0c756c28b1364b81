#pragma once

#include <cstdio>
#include <map>
#include <string>

#include "core/record.h"

namespace ndbench {

/// Tells of each failed record once: cell, phase, reason and what its worker printed; and of
/// processes that a worker left behind, whether it failed or not. A reason
/// already told of is not repeated, only the cell is named.
class FailureLog {
 public:
  explicit FailureLog(std::FILE* stream) : stream_(stream) {}

  void add(const Record& record);

  /// The same of an attempt that is followed by another.
  void add_attempt(const Record& record);

 private:
  void tell(const char* word, const Record& record, const std::string& which);
  void write(const std::string& text);

  std::FILE* stream_;
  std::map<std::string, std::string> first_with_;  ///< reason → name of the first cell
};

}  // namespace ndbench
