#include "core/knobs_in_force.h"

#include <fmt/format.h>
#include <strings.h>

namespace ndbench {

Outcome check_in_force(const Tooling& asked, const std::map<std::string, std::string>& in_force) {
  for (const auto& [name, value] : asked) {
    const auto read = in_force.find(name);
    const std::string wanted = text_of(value);
    const bool is_as_shipped = wanted.empty();
    if (is_as_shipped || read == in_force.end()) continue;
    // OpenBLAS and oneDNN take the names of processors and instruction sets in any case.
    if (strcasecmp(wanted.c_str(), read->second.c_str()) == 0) continue;
    const std::string what =
        fmt::format("{} = {} was asked for, {} is in force", name, wanted, read->second);
    const Knob* knob = find_knob(name);
    if (knob != nullptr && knob->kind == Knob::Kind::kVariable) {
      return skipped(what + ": this machine does not have it, or the library is built without it");
    }
    return failed(ExitCode::kBenchmarkFailed,
                  what + ": the backend plugin did not set it, or a library holds it", "prepare");
  }
  return {};
}

}  // namespace ndbench
