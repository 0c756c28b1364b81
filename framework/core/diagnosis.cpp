#include "core/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/build_info.h"
#include "core/json_text.h"
#include "core/printable.h"

namespace ndbench {
namespace {

constexpr std::size_t kWidth = 80;

/// Characters, not bytes; those of double width do not occur in what ndbench says.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

/// `text` behind `head`, broken at blanks; each line after the first starts under the text.
std::string paragraph(const std::string& head, const std::string& text) {
  const std::size_t indent = columns(head);
  std::istringstream words(text);
  std::string result = head;
  std::size_t column = indent;
  for (std::string word; words >> word;) {
    const bool is_first = column == indent;
    if (!is_first && column + 1 + columns(word) > kWidth) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!is_first) {
      result += ' ';
      ++column;
    }
    result += word;
    column += columns(word);
  }
  return result + "\n";
}

std::vector<const Check*> with_status(const Diagnosis& diagnosis, Fitness status) {
  std::vector<const Check*> found;
  for (const Check& check : diagnosis.checks) {
    if (check.status == status) found.push_back(&check);
  }
  return found;
}

std::string verdict(const Diagnosis& diagnosis) {
  const auto count = [&](Fitness status) { return with_status(diagnosis, status).size(); };
  const std::size_t warnings = count(Fitness::kWarn);
  const std::string also = fmt::format(
      "{} warning{}", warnings == 0 ? "no" : std::to_string(warnings), warnings == 1 ? "" : "s");
  if (diagnosis.is_fit()) return fmt::format("fit to measure, {}", also);
  const std::size_t reasons = count(Fitness::kUnfit);
  return fmt::format("unfit to measure, for {} reason{}; {}", reasons, reasons == 1 ? "" : "s",
                     also);
}

}  // namespace

std::string text_of(const Diagnosis& diagnosis) {
  std::string text = paragraph(
      "", fmt::format("{} ({}), watched for {:.3g} s: {}.", printable(diagnosis.host_name),
                      printable(diagnosis.cpu_model), diagnosis.seconds, verdict(diagnosis)));
  constexpr std::size_t kNameWidth = 17;
  for (const Fitness status : {Fitness::kUnfit, Fitness::kWarn, Fitness::kUnknown, Fitness::kOk}) {
    const auto checks = with_status(diagnosis, status);
    if (checks.empty()) continue;
    text += fmt::format("\n{}\n", describe(status));
    for (const Check* check : checks) {
      const std::string name = printable(check->name);
      // A name that is too long for its column, as a plugin's may be, has a line of its own.
      std::string head = fmt::format("  {:<{}}", name, kNameWidth);
      if (columns(name) >= kNameWidth) {
        text += "  " + name + "\n";
        head = std::string(2 + kNameWidth, ' ');
      }
      text += paragraph(head, printable(check->finding, std::string::npos));
      if (!check->advice.empty()) {
        text += paragraph(std::string(kNameWidth, ' ') + "→ ",
                          printable(check->advice, std::string::npos));
      }
    }
  }
  return text;
}

std::string json_of(const Diagnosis& diagnosis) {
  auto checks = nlohmann::json::array();
  for (const Check& check : diagnosis.checks) {
    checks.push_back({{"name", check.name},
                      {"status", describe(check.status)},
                      {"finding", check.finding},
                      {"advice", check.advice}});
  }
  const nlohmann::json all{{"ndbench", kVersion},
                           {"host_name", diagnosis.host_name},
                           {"cpu_model", diagnosis.cpu_model},
                           {"seconds", diagnosis.seconds},
                           {"fit", diagnosis.is_fit()},
                           {"checks", checks}};
  return json_text(all, 2) + "\n";
}

}  // namespace ndbench
