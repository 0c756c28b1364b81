#include "core/outcome.h"

#include <utility>

namespace ndbench {

std::string to_string(Status status) {
  switch (status) {
    case Status::kPassed:
      return "passed";
    case Status::kSkipped:
      return "skipped";
    case Status::kFailed:
      return "failed";
  }
  return "unknown";
}

Outcome skipped(std::string reason) { return {Status::kSkipped, std::move(reason)}; }

Outcome failed(ExitCode exit_code, std::string reason, std::string phase) {
  return {Status::kFailed, std::move(reason), std::move(phase), {}, exit_code};
}

}  // namespace ndbench
