#include "data/take.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "ndbench/error.h"

namespace ndbench {
TakeSplits keep_last_fifth(std::vector<Take> takes) {
  TakeSplits splits{.train = std::move(takes), .test = {}};
  if (splits.train.size() > 1) {
    const auto count = std::max<std::ptrdiff_t>(std::ssize(splits.train) / 5, 1);
    const auto first = splits.train.end() - count;
    splits.test.assign(std::make_move_iterator(first), std::make_move_iterator(splits.train.end()));
    splits.train.erase(first, splits.train.end());
  }
  return splits;
}

std::int64_t sequences_to_take(std::string_view dataset, std::string_view parameter,
                               std::int64_t wanted, std::int64_t available) {
  if (wanted > available) {
    throw Error(fmt::format(
        "video '{}': {} = {} is asked for, but it has {}; ask for at most that, or 0 for all",
        dataset, parameter, wanted, available));
  }
  return wanted == 0 ? available : wanted;
}

}  // namespace ndbench
