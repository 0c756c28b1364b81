#pragma once

#include <string>

#include "core/report.h"

namespace ndbench {

/// Cost beside spread in SVG, for a README: a row for each model on each backend and mode that was
/// timed. Without script, link or font of its own; for light and dark pages.
[[nodiscard]] std::string summary_picture(const Report& report);

}  // namespace ndbench
