#include "ndbench/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <string>
#include <string_view>

namespace ndbench {

double Schedule::rate_at(double epoch) const {
  if (epoch < warmup_epochs) {
    return base * epoch / warmup_epochs;
  }
  switch (kind) {
    case Kind::kConstant:
      return base;
    case Kind::kStep: {
      // An update belongs to the epoch it starts in: the one that ends at 30 exactly is of the
      // 30th.
      const auto reached = std::count_if(milestones.begin(), milestones.end(),
                                         [&](double milestone) { return milestone < epoch; });
      return base * std::pow(factor, static_cast<double>(reached));
    }
    case Kind::kCosine: {
      const double span = total_epochs - warmup_epochs;
      const double t = span > 0.0 ? std::min((epoch - warmup_epochs) / span, 1.0) : 1.0;
      return base * (1.0 + std::cos(std::numbers::pi * t)) / 2.0;
    }
  }
  return base;
}

std::vector<double> parse_milestones(const std::string& text) {
  const auto fail = [&] {
    throw Error(
        fmt::format("milestones '{}' are not ascending epochs separated by commas; write "
                    "them as in '30, 60, 80'",
                    text));
  };
  std::vector<double> milestones;
  if (text.find_first_not_of(' ') == std::string::npos) {
    return milestones;
  }
  std::string_view rest = text;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    double epoch = 0.0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), epoch);
    const double least = milestones.empty() ? 0.0 : milestones.back();
    if (error != std::errc() || !std::isfinite(epoch) || !(epoch > least)) {
      fail();
    }
    milestones.push_back(epoch);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.empty()) {
      return milestones;
    }
    if (rest.front() != ',') {
      fail();
    }
    rest.remove_prefix(1);
  }
}

}  // namespace ndbench
