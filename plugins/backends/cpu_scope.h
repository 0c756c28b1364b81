#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ndbench/backend.h"

namespace ndbench {

enum class OneDnn { kOff, kOn };

/// The knobs of LibTorch on the CPU, as this one is built. oneDNN's instruction set is one where
/// oneDNN is on.
[[nodiscard]] std::vector<std::string> cpu_knobs(OneDnn onednn);

/// The settings of LibTorch on the CPU, with oneDNN's kernels or ATen's own; undone at the end.
[[nodiscard]] std::unique_ptr<Scope> enter_cpu(const Settings& settings, OneDnn onednn);

}  // namespace ndbench
