#include "core/seeds.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <cassert>
#include <string>

namespace ndbench {

Seeds seeds_for(std::uint64_t suite_seed, std::string_view model, const Mode& mode, int replica) {
  assert(replica >= 0);
  const auto seed = [&](std::string_view factor, bool varies) -> std::uint64_t {
    const std::string text = fmt::format("ndbench seeds 1\n{}\n{}\n{}\n{}", suite_seed, factor,
                                         varies ? replica : 0, model);
    return XXH3_64bits(text.data(), text.size());
  };
  return {.init = seed("init", mode.init),
          .order = seed("order", mode.order),
          .augment = seed("augment", mode.augment),
          .dropout = seed("dropout", mode.dropout)};
}

std::uint64_t ulp_seed_for(std::uint64_t suite_seed, std::string_view model, const Mode& mode,
                           int replica) {
  assert(replica >= 0);
  if (!mode.ulp || replica == 0) return 0;
  const std::string text = fmt::format("ndbench ulp 1\n{}\n{}\n{}", suite_seed, replica, model);
  return XXH3_64bits(text.data(), text.size());
}

}  // namespace ndbench
