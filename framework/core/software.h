#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/fitness.h"
#include "core/plugin_inquiry.h"

namespace ndbench {

/// What every version of a library before `since` lacks.
struct LibraryFeature {
  std::string library;  ///< as a worker names it: "libtorch"
  std::string since;    ///< "2.2"
  std::string what;
  std::string knob{};  ///< of ndbench's that needs it, if any
};

/// Those that bear on determinism and differ between the versions that ndbench is built against.
[[nodiscard]] const std::vector<LibraryFeature>& library_features();

/// Whether version `version` ("1.13.1", "2.4.0+cu121") is before `since`. One that starts with no
/// number is before nothing.
[[nodiscard]] bool is_before(const std::string& version, const std::string& since);

/// Whether there are backends, what each computes with and lacks, and which plugins are refused.
[[nodiscard]] std::vector<Check> judge_software(
    const std::vector<DescribedPlugin>& plugins,
    const std::vector<std::filesystem::path>& plugin_path);

/// Whether the data set of the suite that is run by default lies in one of these folders.
[[nodiscard]] Check judge_data(const std::vector<std::filesystem::path>& data_path);

}  // namespace ndbench
