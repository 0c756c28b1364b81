#pragma once

#include <functional>
#include <vector>

#include "core/subcommand.h"

namespace CLI {
class App;
}

namespace ndbench {

/// A subcommand within the parser of `ndbench`.
struct SubcommandFlags {
  CLI::App* app;                        ///< knows its flags
  std::function<Subcommand()> options;  ///< of what was parsed; throws UsageError
};

/// Adds all subcommands, in the order in which --help lists them.
[[nodiscard]] std::vector<SubcommandFlags> add_subcommands(CLI::App& program);

}  // namespace ndbench
