// Feeds arbitrary JSON to the readers of records and of parity lines: ndbench::Error is the only
// way out they may take, and what was understood is written and understood again as the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/journal_decoder.h"
#include "core/journal_text.h"
#include "core/json_text.h"
#include "core/parity_json.h"
#include "core/record_json.h"
#include "ndbench/error.h"

namespace {

using nlohmann::json;

const ndbench::Cell& cell() {
  static const ndbench::Cell cell{.model = {.name = "m", .plugin = "m"},
                                  .backend = {.name = "cpu", .plugin = "cpu"},
                                  .mode = ndbench::built_in_modes()[0],
                                  .scope = ndbench::ScopeKind::kEpoch};
  return cell;
}

std::optional<json> record_again(const json& object) {
  try {
    return to_json(ndbench::record_from_json(object, cell()), "0123456789abcdef");
  } catch (const ndbench::Error&) {
    return std::nullopt;
  }
}

std::optional<json> parity_again(const json& object) {
  try {
    return to_json(ndbench::parity_from_json(object));
  } catch (const ndbench::Error&) {
    return std::nullopt;
  }
}

template <typename Again>
void check(const json& object, const Again& again) {
  const std::optional<json> once = again(object);
  if (!once) return;
  const json read = json::parse(ndbench::json_text(*once));
  const std::optional<json> twice = again(read);
  if (!twice || ndbench::json_text(*twice) != ndbench::json_text(*once)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string padded(bytes);
  padded.append(ndbench::kReadableBeyond, '\0');
  try {
    ndbench::JournalDecoder decoder;
    (void)decoder.decode(std::string_view(padded).substr(0, size));
  } catch (const ndbench::Error&) {
  }
  const json object = json::parse(bytes, nullptr, false);
  if (object.is_discarded()) return 0;
  check(object, record_again);
  check(object, parity_again);
  return 0;
}
