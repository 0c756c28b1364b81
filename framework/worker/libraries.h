#pragma once

#include <map>
#include <string>

namespace ndbench {

/// Versions of the libraries that compute in this process, and what they run on:
/// "libtorch", "onednn", "openmp", "blas", "cpu_capability".
[[nodiscard]] std::map<std::string, std::string> library_versions();

}  // namespace ndbench
