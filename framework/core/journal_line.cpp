#include "core/journal_line.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr std::string_view kPrefix = R"({"checksum":")";
constexpr std::size_t kDigits = 16;
constexpr std::string_view kAfter = R"(",)";
constexpr std::size_t kBody = kPrefix.size() + kDigits + kAfter.size();

std::string checksum(std::string_view body) {
  return fmt::format("{:016x}", XXH3_64bits(body.data(), body.size()));
}

}  // namespace

std::string seal(const nlohmann::json& value) {
  const std::string body = json_text(value).substr(1);  // without the brace that opens it
  return fmt::format("{}{}{}{}\n", kPrefix, checksum(body), kAfter, body);
}

std::string seal_problem(std::string_view line) {
  const bool is_framed = line.size() > kBody && line.starts_with(kPrefix) &&
                         line.substr(kPrefix.size() + kDigits, kAfter.size()) == kAfter;
  if (!is_framed) return "does not begin with a checksum";
  if (line.substr(kPrefix.size(), kDigits) != checksum(line.substr(kBody))) {
    return "does not fit its checksum";
  }
  return "";
}

nlohmann::json unseal(std::string_view line) {
  if (const std::string problem = seal_problem(line); !problem.empty()) throw Error(problem);
  try {
    return nlohmann::json::parse(fmt::format("{{{}", line.substr(kBody)));
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("is no JSON object: {}", error.what()));
  }
}

}  // namespace ndbench
