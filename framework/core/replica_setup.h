#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/machine.h"
#include "core/plan.h"
#include "core/protocol.h"
#include "core/record.h"
#include "core/roster.h"

namespace ndbench {

/// What a replica is given before it starts: seeds, tooling, environment and its worker's task.
class ReplicaSetup {
 public:
  struct Options {
    std::uint64_t suite_seed = 0;
    int default_threads = 1;  ///< for backends that name none
    std::vector<std::filesystem::path> data_path{};
    Machine machine{};  ///< whose environments a mode may go through
  };

  ReplicaSetup(Roster roster, Options options);

  [[nodiscard]] const Roster& roster() const { return roster_; }

  /// passed, or the outcome that `cell` has without being tried.
  [[nodiscard]] Outcome outcome(const Cell& cell) const;

  /// The record of a replica that has not been measured. The replicas of a mode with environments
  /// go through them, and repeat them from the start when they are used up.
  [[nodiscard]] Record record(const Cell& cell, int replica) const;

  /// What its worker needs from its first instruction on.
  /// @param processors  that it has for itself; 0 for all of the machine.
  [[nodiscard]] std::map<std::string, std::string> environment(const Record& record,
                                                               std::size_t processors = 0) const;

  [[nodiscard]] PrepareRequest request(const Record& record) const;

 private:
  [[nodiscard]] std::vector<Tooling> toolings(const Cell& cell) const;
  [[nodiscard]] int threads(const Tooling& tooling, const BackendEntry& backend) const;

  Roster roster_;
  Options options_;
};

}  // namespace ndbench
