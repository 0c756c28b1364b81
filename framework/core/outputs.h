#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/command_line.h"
#include "core/output.h"

namespace ndbench {

/// stdout and, if asked for, a file that is written in one piece at the end.
class Outputs {
 public:
  explicit Outputs(const CommandLine& line);

  /// @throws ResultsError, as the other functions do.
  void begin(const RunContext& context);
  void rows(const std::vector<Row>& rows);
  void end_display();
  void end_file();

 private:
  const CommandLine& line_;
  std::unique_ptr<Output> display_;
  std::unique_ptr<Output> file_;
  std::string text_;
};

}  // namespace ndbench
