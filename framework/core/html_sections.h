#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/html_page.h"
#include "core/report.h"

// The sections of a report as a page, in the order to read them. Each says so where it has nothing
// to show.
namespace ndbench {

[[nodiscard]] HtmlSection findings_section(const Report& report);
[[nodiscard]] HtmlSection tradeoffs_section(const Report& report, HtmlCharts& charts);
[[nodiscard]] HtmlSection overheads_section(const Report& report);
[[nodiscard]] HtmlSection replicas_section(const Report& report);
[[nodiscard]] HtmlSection curves_section(const Report& report, HtmlCharts& charts);
[[nodiscard]] HtmlSection slices_section(const Report& report);
[[nodiscard]] HtmlSection knobs_section(const Report& report);
[[nodiscard]] HtmlSection history_section(const Report& report, HtmlCharts& charts);
[[nodiscard]] HtmlSection comparisons_section(const Report& report);
[[nodiscard]] HtmlSection failures_section(const Report& report);
[[nodiscard]] HtmlSection provenance_section(const Report& report);

/// Of a group: where its replicas part, and how far they get from each other. "" where nothing was
/// traced.
[[nodiscard]] std::string divergence_html(const GroupSummary& group, bool is_drawn,
                                          HtmlCharts& charts);

/// Charts and plots of one kind on a page, at most: tables go on beyond.
inline constexpr std::size_t kMostPlots = 40;
inline constexpr std::size_t kMostPlotRows = 60;

/// "The first 40 of 112 are drawn; the tables have all."; "" where all are.
[[nodiscard]] std::string drawn_text(std::size_t drawn, std::size_t all);

/// The name of the benchmark that measured a mode of a group.
[[nodiscard]] std::string cell_name(const GroupSummary& group, const ModeSummary& mode);

/// The records of each benchmark of the run, in their order.
[[nodiscard]] std::map<std::string, std::vector<const Record*>> records_by_cell(
    const MeasuredRun& run);

}  // namespace ndbench
