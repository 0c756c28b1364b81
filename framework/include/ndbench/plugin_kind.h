#pragma once

#include <cstdint>

namespace ndbench {

enum class PluginKind : std::uint32_t { kModel = 1, kBackend = 2 };

}  // namespace ndbench
