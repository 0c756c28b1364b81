#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/outcome.h"
#include "core/protocol.h"

namespace ndbench {

/// Where plugins are looked for, in order: `given` (--plugin_path), NDBENCH_PLUGIN_PATH (both
/// separated by colons), the build or install tree that `executable` lies in.
[[nodiscard]] std::vector<std::filesystem::path> plugin_path(
    const std::string& given, const std::filesystem::path& executable);

/// A plugin's file, or why there is none that may be used.
struct PluginSearch {
  PluginFile file;
  Outcome outcome;  ///< passed, or failed with kPluginRejected
};

/// Finds libndbench_<kind>_<name>.so and checks the file without loading it: a TrustedFile, a whole
/// 64-bit ELF shared object for this machine. Its hash is taken from what was checked.
[[nodiscard]] PluginSearch find_plugin(PluginKind kind, const std::string& name,
                                       const std::vector<std::filesystem::path>& path);

}  // namespace ndbench
