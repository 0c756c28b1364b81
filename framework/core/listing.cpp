#include "core/listing.h"

#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "core/printable.h"

namespace ndbench {

std::string listing(const Plan& plan, Format format) {
  if (format == Format::kJson) {
    auto names = nlohmann::json::array();
    for (const Cell& cell : plan.cells) names.push_back({{"name", cell.name()}});
    return json_text(nlohmann::json{{"benchmarks", names}}, 2) + "\n";
  }
  std::string text;
  for (const Cell& cell : plan.cells) text += printable(cell.name(), std::string::npos) + "\n";
  return text;
}

}  // namespace ndbench
