#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include "core/record.h"

namespace ndbench {

/// Whether the replicas of a cell end in the same state, to the bit, as those must whose mode is to
/// repeat. Replicas in other environments are other replicas.
class Repetition {
 public:
  /// Takes the state of the first replica of a cell and tooling; later ones must equal it.
  /// @param reference  the cell's replica 0, to say where the two part; nullptr if there is none.
  /// @return passed, or a breach of determinism that names what differs.
  Outcome check(std::size_t cell, const Record& record, const Record* reference);

 private:
  std::map<std::pair<std::size_t, Tooling>, State> first_;
};

}  // namespace ndbench
