#include "sharded_scope.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <utility>

#include "switches.h"

namespace ndbench {
namespace {

constexpr int kDefaultShards = 4;
constexpr char kOrderedReduction[] = "ordered_reduction";

Sharding sharding_of(const std::vector<std::string>& devices, const Settings& settings) {
  Sharding sharding{.is_ordered = is_switched(settings, kOrderedReduction, false) ||
                                  is_switched(settings, "deterministic", false)};
  const int count = settings.shards > 0 ? settings.shards : kDefaultShards;
  for (std::size_t shard = 0; shard < static_cast<std::size_t>(count); ++shard) {
    sharding.devices.push_back(devices[shard % devices.size()]);
  }
  return sharding;
}

class ShardedScope final : public Scope {
 public:
  ShardedScope(std::unique_ptr<Scope> scope, const std::vector<std::string>& devices,
               const Settings& settings)
      : scope_(std::move(scope)),
        sharding_(sharding_of(devices, settings)),
        ordered_reduction_(is_switched(settings, kOrderedReduction, sharding_.is_ordered)) {}

  [[nodiscard]] std::string device() const override { return scope_->device(); }
  [[nodiscard]] Sharding sharding() const override { return sharding_; }

  /// The first device alone: its queue waits for the gradients of all others.
  void synchronize() const override { scope_->synchronize(); }
  void begin_timing() override { scope_->begin_timing(); }
  void end_timing() override { scope_->end_timing(); }
  [[nodiscard]] double timed_seconds() const override { return scope_->timed_seconds(); }
  [[nodiscard]] std::int64_t peak_memory_bytes() const override {
    return scope_->peak_memory_bytes();
  }

  [[nodiscard]] std::map<std::string, std::string> in_force() const override {
    std::map<std::string, std::string> settings = scope_->in_force();
    settings["shards"] = std::to_string(sharding_.count());
    settings["shard_devices"] = fmt::format("{}", fmt::join(sharding_.devices, ","));
    settings[kOrderedReduction] = switch_text(ordered_reduction_);
    return settings;
  }

 private:
  std::unique_ptr<Scope> scope_;
  Sharding sharding_;
  bool ordered_reduction_;  ///< the switch alone; deterministic sums in order without it, too
};

}  // namespace

std::vector<std::string> sharded_knobs(std::vector<std::string> knobs) {
  knobs.emplace_back(kOrderedReduction);
  return knobs;
}

std::unique_ptr<Scope> shard(std::unique_ptr<Scope> scope, const std::vector<std::string>& devices,
                             const Settings& settings) {
  return std::make_unique<ShardedScope>(std::move(scope), devices, settings);
}

}  // namespace ndbench
