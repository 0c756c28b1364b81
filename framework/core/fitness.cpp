#include "core/fitness.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/checks.h"

namespace ndbench {

Fitness grade(double value, double warn, double unfit) {
  if (value >= unfit) return Fitness::kUnfit;
  return value >= warn ? Fitness::kWarn : Fitness::kOk;
}

Fitness grade_low(double value, double warn, double unfit) {
  if (value < unfit) return Fitness::kUnfit;
  return value < warn ? Fitness::kWarn : Fitness::kOk;
}

std::string plural(double count, const char* noun) {
  return fmt::format("{:.0f} {}{}", count, noun, count == 1.0 ? "" : "s");
}

std::string advice_unless_ok(Fitness status, const char* advice) {
  return status == Fitness::kOk || status == Fitness::kUnknown ? "" : advice;
}

std::string_view describe(Fitness fitness) {
  switch (fitness) {
    case Fitness::kOk:
      return "ok";
    case Fitness::kUnknown:
      return "unknown";
    case Fitness::kWarn:
      return "warn";
    case Fitness::kUnfit:
      return "unfit";
  }
  return "?";
}

std::vector<Check> judge(const HostFacts& facts, const HostActivity& activity) {
  std::vector<Check> checks;
  for (auto* group : {&contention_checks, &processor_checks, &surroundings_checks}) {
    std::vector<Check> found = group(facts, activity);
    std::move(found.begin(), found.end(), std::back_inserter(checks));
  }
  return checks;
}

Fitness worst(const std::vector<Check>& checks) {
  Fitness result = Fitness::kOk;
  for (const Check& check : checks) {
    if (check.status != Fitness::kUnknown) result = std::max(result, check.status);
  }
  return result;
}

}  // namespace ndbench
