#pragma once

#include <string>

#include "core/report.h"

namespace ndbench {

/// The report as one page that fetches nothing: readable without JavaScript, which adds charts to
/// hover over. A function of the report alone: the same bytes whenever it is written.
[[nodiscard]] std::string html_report(const Report& report);

}  // namespace ndbench
