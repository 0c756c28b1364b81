#include "refusal.h"

#include <algorithm>

namespace ndbench::operators {
namespace {

/// Up to `end` and no further than the first line.
std::string beginning(std::string_view error, std::string_view end) {
  error = error.substr(0, error.find('\n'));
  return std::string(error.substr(0, error.find(end)));
}

}  // namespace

std::string refusal(std::string_view error) {
  const auto says = [&](std::string_view words) {
    return error.find(words) != std::string_view::npos;
  };
  if (says("does not have a deterministic implementation")) {
    return "raises: " + beginning(error, ", but you set");
  }
  if (says("this operation is not deterministic because")) {
    const auto why = error.find("this operation is not deterministic because");
    return "raises: " + beginning(error.substr(why), ". To enable");
  }
  if (says("not implemented for") || says("Could not run '")) {
    return "lacks: " + beginning(error, ". ");
  }
  return "";
}

}  // namespace ndbench::operators
