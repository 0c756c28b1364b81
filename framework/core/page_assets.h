#pragma once

#include <string_view>

// What every page carries, as ndbench_page_assets.cmake puts it into a source at build time. The
// hashes are those of a Content-Security-Policy: "sha256-" and Base64.
namespace ndbench {

extern const std::string_view kPageStyle;
extern const std::string_view kPageStyleHash;
extern const std::string_view kPageScript;
extern const std::string_view kPageScriptHash;
extern const std::string_view kChartScript;  ///< Chart.js
extern const std::string_view kChartScriptHash;

}  // namespace ndbench
