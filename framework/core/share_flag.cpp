#include "core/share_flag.h"

#include <fmt/format.h>

#include <charconv>

#include "core/printable.h"
#include "core/usage_error.h"

namespace ndbench {

double read_share(const char* flag, const std::string& text, double least, double most) {
  double share = 0.0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, share);
  const bool is_percent = std::string_view(rest, static_cast<std::size_t>(end - rest)) == "%";
  if (is_percent) share /= 100.0;
  // Written so that NaN fails too.
  if (error == std::errc() && (is_percent || rest == end) && share >= least && share <= most) {
    return share;
  }
  throw UsageError(fmt::format("{}: '{}' is not a share from {}% to {}% (2% or 0.02)", flag,
                               printable(text), 100.0 * least, 100.0 * most));
}

}  // namespace ndbench
