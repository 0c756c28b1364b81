#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/protocol.h"
#include "ndbench/plugin.h"

namespace ndbench {

/// Why a plugin was refused: nothing of it ran beyond the loader's own work.
class PluginRejected : public Error {
 public:
  using Error::Error;
};

/// Opens a plugin, for good: libraries are never closed. LibTorch keeps pointers into them.
/// @throws PluginRejected naming the file and the field that differs from this program's.
[[nodiscard]] const PluginDescriptor& open_plugin(const PluginFile& file);

/// What is wrong with a descriptor for a plugin of this kind and name; empty if nothing.
[[nodiscard]] std::string difference(const PluginDescriptor& descriptor, PluginKind kind,
                                     const std::string& name);

}  // namespace ndbench
