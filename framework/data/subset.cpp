#include "data/subset.h"

#include <fmt/format.h>

#include "ndbench/error.h"

namespace ndbench {

std::int64_t examples_to_take(std::string_view where, std::int64_t available, std::int64_t subset) {
  if (available == 0) {
    throw Error(fmt::format("{}: holds no examples; put some there", where));
  }
  if (subset > available) {
    throw Error(
        fmt::format("{}: holds {} examples, but a subset of {} is asked for; ask for at "
                    "most {}, or 0 for all",
                    where, available, subset, available));
  }
  return subset == 0 ? available : subset;
}

}  // namespace ndbench
