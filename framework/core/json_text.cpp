#include "core/json_text.h"

#include <nlohmann/json.hpp>

namespace ndbench {
namespace {

template <typename Json>
std::string text_of(const Json& value, int indent) {
  constexpr bool kAsciiOnly = true;
  return value.dump(indent, ' ', kAsciiOnly, Json::error_handler_t::replace);
}

}  // namespace

std::string json_text(const nlohmann::json& value, int indent) { return text_of(value, indent); }

std::string json_text(const nlohmann::ordered_json& value, int indent) {
  return text_of(value, indent);
}

}  // namespace ndbench
