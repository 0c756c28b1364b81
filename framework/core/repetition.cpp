#include "core/repetition.h"

#include <fmt/format.h>

#include <string>

#include "core/divergence.h"

namespace ndbench {
namespace {

/// "parameters/conv1.weight and 21 other tensors of 24"
std::string differing_tensors(const State& one, const State& other) {
  if (one.tensor_hashes.size() != other.tensor_hashes.size()) return "the number of tensors";
  std::string first;
  std::size_t more = 0;
  for (std::size_t index = 0; index < one.tensor_hashes.size(); ++index) {
    if (one.tensor_hashes[index] == other.tensor_hashes[index]) continue;
    first.empty() ? void(first = one.tensor_hashes[index].first) : void(++more);
  }
  return fmt::format("{} and {} other tensors of {}", first, more, one.tensor_hashes.size());
}

/// "; they part at step 3", as far as the traces tell it.
std::string parting_words(const Record& record, const Record* reference) {
  if (reference == nullptr || reference->tooling != record.tooling) return "";
  const auto parting = find_parting(reference->trace, record.trace);
  return parting ? fmt::format("; they part {}", where(*parting)) : "";
}

}  // namespace

Outcome Repetition::check(std::size_t cell, const Record& record, const Record* reference) {
  const auto [first, is_first] = first_.try_emplace({cell, record.tooling}, record.state);
  if (is_first || first->second.hash == record.state.hash) return {};
  return failed(
      ExitCode::kDeterminismBreach,
      fmt::format("determinism breached: replica {} ended in state {}, an earlier one in {}; they "
                  "differ in {}{}",
                  record.replica, record.state.hash, first->second.hash,
                  differing_tensors(record.state, first->second),
                  parting_words(record, reference)));
}

}  // namespace ndbench
