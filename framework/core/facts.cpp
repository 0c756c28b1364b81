#include "core/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <vector>

#include "core/json_text.h"
#include "core/printable.h"

namespace ndbench {
namespace {

using nlohmann::json;

/// Longer values are shown by the words in which they differ.
constexpr std::size_t kLongestValue = 60;

std::set<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// "avx512f amx_tile", in `text` and not in `other`.
std::string words_alone(const std::string& text, const std::string& other) {
  const std::set<std::string> mine = words_of(text);
  const std::set<std::string> others = words_of(other);
  std::vector<std::string> alone;
  std::set_difference(mine.begin(), mine.end(), others.begin(), others.end(),
                      std::back_inserter(alone));
  return fmt::format("{}", fmt::join(alone, " "));
}

/// `text` where the other side has `other`.
std::string value_text(const std::string* text, const std::string* other) {
  if (text == nullptr) return "not known";
  if (text->empty()) return "none";
  const bool is_long = std::max(text->size(), other != nullptr ? other->size() : 0) > kLongestValue;
  if (!is_long || other == nullptr) return printable(*text, kLongestValue);
  const std::string alone = words_alone(*text, *other);
  return alone.empty() ? "not so" : "with " + printable(alone, kLongestValue);
}

}  // namespace

std::string fact_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return json_text(value);
  std::string words;
  for (const json& part : value) words += (words.empty() ? "" : " ") + fact_text(part);
  return words;
}

Facts facts_of(const json& object) {
  Facts facts;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_object()) {
      facts[name] = fact_text(value);
      continue;
    }
    for (const auto& [inner, held] : value.items()) facts[name + " " + inner] = fact_text(held);
  }
  return facts;
}

std::string difference_words(const Facts& a, const Facts& b) {
  Facts both = a;
  both.insert(b.begin(), b.end());
  std::string words;
  for (const auto& fact : both) {
    const auto in_a = a.find(fact.first);
    const auto in_b = b.find(fact.first);
    const std::string* of_a = in_a == a.end() ? nullptr : &in_a->second;
    const std::string* of_b = in_b == b.end() ? nullptr : &in_b->second;
    if (of_a != nullptr && of_b != nullptr && *of_a == *of_b) continue;
    words += fmt::format("{}{} {} / {}", words.empty() ? "" : ", ", printable(fact.first),
                         value_text(of_a, of_b), value_text(of_b, of_a));
  }
  return words;
}

}  // namespace ndbench
