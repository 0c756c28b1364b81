#include "core/listing.h"

#include <nlohmann/json.hpp>

namespace ndbench {

std::string listing(const Plan& plan, Format format) {
  if (format == Format::kJson) {
    auto names = nlohmann::json::array();
    for (const Cell& cell : plan.cells) names.push_back({{"name", cell.name()}});
    return nlohmann::json{{"benchmarks", names}}.dump(2) + "\n";
  }
  std::string text;
  for (const Cell& cell : plan.cells) text += cell.name() + "\n";
  return text;
}

}  // namespace ndbench
