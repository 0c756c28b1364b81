#include "core/failure_groups.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace ndbench {
namespace {

int rank(const FailureGroup& group) {
  if (group.is_breach()) return 0;
  return group.outcome.status == Status::kFailed ? 1 : 2;
}

}  // namespace

const char* FailureGroup::word() const {
  constexpr const char* kWords[] = {"breach", "failed", "skipped"};
  return kWords[rank(*this)];
}

std::vector<FailureGroup> failures_in(const std::vector<Record>& records) {
  std::vector<FailureGroup> groups;
  std::map<std::string, std::size_t> tried;
  std::map<std::tuple<std::string, Status, std::string, std::string>, std::size_t> places;
  for (const Record& record : records) {
    const std::string name = record.cell.name();
    ++tried[name];
    const Outcome& outcome = record.outcome;
    if (outcome.status == Status::kPassed) continue;
    const auto [place, is_new] =
        places.try_emplace({name, outcome.status, outcome.reason, outcome.output}, groups.size());
    if (is_new) groups.push_back({.name = name, .outcome = outcome, .replicas = {}});
    groups[place->second].replicas.push_back(record.replica);
  }
  for (FailureGroup& group : groups) group.of = tried[group.name];
  std::stable_sort(groups.begin(), groups.end(),
                   [](const FailureGroup& a, const FailureGroup& b) { return rank(a) < rank(b); });
  return groups;
}

}  // namespace ndbench
