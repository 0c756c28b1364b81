#pragma once

#include <functional>
#include <optional>

#include "core/protocol.h"

namespace ndbench {

/// Calls into a plugin. Whatever it throws becomes a Failure whose phase is for the caller to
/// fill in: c10::Error (its message without backtrace), ndbench::Error, std::exception, anything.
[[nodiscard]] std::optional<Failure> guarded(const std::function<void()>& call);

}  // namespace ndbench
