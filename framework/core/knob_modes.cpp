#include "core/knob_modes.h"

#include <fmt/format.h>

namespace ndbench {
namespace {

/// Sets `knob` in `tooling` as `other` has it, or leaves it alone as `other` does.
void take(const std::string& knob, const Tooling& other, Tooling& tooling) {
  tooling.erase(knob);
  if (const auto found = other.find(knob); found != other.end()) tooling.insert(*found);
}

}  // namespace

std::vector<std::string> differing_knobs(const Mode& a, const Mode& b) {
  std::vector<std::string> names;
  for (const Knob& knob : knobs()) {
    if (!agree(a.tooling, b.tooling, knob.name)) names.push_back(knob.name);
  }
  return names;
}

std::vector<Mode> knob_modes(const Mode& reference, const Mode& mode) {
  const std::vector<std::string> differing = differing_knobs(reference, mode);
  std::vector<Mode> modes;
  const auto add = [&](const char* kind, const std::string& knob, const Tooling& tooling) {
    Mode part = reference;
    part.name = fmt::format("{}.{}-{}", mode.name, kind, knob);
    part.tooling = tooling;
    part.demanded = {knob};
    part.part = KnobPart{mode.name, reference.name, knob, kind == std::string("upto")};
    modes.push_back(std::move(part));
  };
  for (const std::string& knob : differing) {
    Tooling tooling = reference.tooling;
    take(knob, mode.tooling, tooling);
    add("only", knob, tooling);
  }
  Tooling tooling = reference.tooling;
  for (const std::string& knob : differing) {
    take(knob, mode.tooling, tooling);
    if (knob != differing.front() && knob != differing.back()) add("upto", knob, tooling);
  }
  return modes;
}

}  // namespace ndbench
