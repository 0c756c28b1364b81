#pragma once

#include "core/subcommand_flags.h"

// The subcommands that hold runs against others.
namespace ndbench {

[[nodiscard]] SubcommandFlags add_gate(CLI::App& program);
[[nodiscard]] SubcommandFlags add_ab(CLI::App& program);
[[nodiscard]] SubcommandFlags add_compare(CLI::App& program);

}  // namespace ndbench
