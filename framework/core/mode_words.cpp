#include "core/mode_words.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "core/intervals.h"

namespace ndbench {
namespace {

/// "1 state", "3 states".
std::string counted(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// "threads, onednn_max_cpu_isa": the knobs that alone were set otherwise than in replica 0, by
/// whether the state was another one then.
std::string knobs_with(const std::vector<const Record*>& replicas, bool differs) {
  std::string names;
  for (const Knob& knob : knobs()) {
    bool is_other = false;
    bool is_varied = false;
    for (const Record* record : replicas) {
      if (agree(record->tooling, replicas.front()->tooling, knob.name)) continue;
      is_varied = true;
      is_other = is_other || record->state.hash != replicas.front()->state.hash;
    }
    if (is_varied && is_other == differs) names += (names.empty() ? "" : ", ") + knob.name;
  }
  return names;
}

std::string environment_words(const std::vector<const Record*>& replicas, std::size_t states) {
  std::set<Tooling> environments;
  for (const Record* record : replicas) environments.insert(record->tooling);
  std::string words = fmt::format("{} in {}: ", counted(states, "state"),
                                  counted(environments.size(), "environment"));
  const std::string others = knobs_with(replicas, true);
  const std::string same = knobs_with(replicas, false);
  if (others.empty()) return words + "results do not depend on " + same;
  words += "results depend on " + others;
  return same.empty() ? words : words + ", not on " + same;
}

}  // namespace

std::string mode_words(const std::vector<const Record*>& replicas) {
  if (replicas.size() < 2) return "";
  const Mode& mode = replicas.front()->cell.mode;
  if (mode.init || mode.order || mode.augment || mode.dropout) return "";
  std::set<std::string> hashes;
  for (const Record* record : replicas) hashes.insert(record->state.hash);
  const std::size_t states = hashes.size();
  if (mode.environment && !mode.ulp) return environment_words(replicas, states);
  const std::string count =
      fmt::format("{} in {}: ", counted(states, "state"), counted(replicas.size(), "replica"));
  if (mode.ulp) {
    return count + (states == 1 ? "one weight moved by one ulp leaves no trace"
                                : "one weight moved by one ulp is enough to change the result");
  }
  if (mode.must_repeat()) return "";
  if (states > 1) return count + "the tooling alone makes results differ";
  return fmt::format("{}the tooling alone makes no results differ (in at most {:.0f} % of runs)",
                     count, std::ceil(100.0 * differing_share_bound(replicas.size())));
}

}  // namespace ndbench
