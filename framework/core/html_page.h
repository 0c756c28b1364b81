#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ndbench {

/// A part of a page with a heading and a place to go to.
struct HtmlSection {
  std::string id;     ///< letters alone
  std::string title;  ///< as text
  std::string html;
};

/// Charts that a page's script draws. Each is drawn from numbers that stand in a table as well:
/// without JavaScript its place is not shown.
///
/// A chart is {kind: "scatter" or "lines", x, y: names of the axes, series: [{label, color,
/// points: [{x, y, xs, ys: intervals, text}]}]}, and may have marks: [{x, text}], log: "y" or "xy",
/// and xs, ys: what its axes show at least.
class HtmlCharts {
 public:
  /// The place of a chart. Names in it may be anybody's; they come out as printable() has them.
  [[nodiscard]] std::string add(nlohmann::json chart, std::string_view caption);

  [[nodiscard]] const nlohmann::json& all() const { return all_; }

 private:
  nlohmann::json all_ = nlohmann::json::array();
};

/// A whole page that needs nothing but itself: it fetches nothing, and by its Content-Security-
/// Policy no script runs but its own.
/// @param about_html  below the title
[[nodiscard]] std::string html_page(std::string_view title, const std::string& about_html,
                                    const std::vector<HtmlSection>& sections,
                                    const HtmlCharts& charts);

}  // namespace ndbench
