#include "core/journal_line.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <nlohmann/json.hpp>

#include "core/record_json.h"
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
  const std::string body = strict_line(value).substr(1);  // without the brace that opens it
  return fmt::format("{}{}{}{}\n", kPrefix, checksum(body), kAfter, body);
}

nlohmann::json unseal(std::string_view line) {
  const bool is_framed = line.size() > kBody && line.starts_with(kPrefix) &&
                         line.substr(kPrefix.size() + kDigits, kAfter.size()) == kAfter;
  if (!is_framed) throw Error("does not begin with a checksum");
  const std::string_view body = line.substr(kBody);
  if (line.substr(kPrefix.size(), kDigits) != checksum(body)) {
    throw Error("does not fit its checksum");
  }
  try {
    return nlohmann::json::parse(fmt::format("{{{}", body));
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("is no JSON object: {}", error.what()));
  }
}

}  // namespace ndbench
