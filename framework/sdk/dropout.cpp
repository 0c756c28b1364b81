#include "ndbench/dropout.h"

#include <cassert>
#include <string>
#include <string_view>

#include "ndbench/random.h"

namespace ndbench {
namespace {

/// z >> n, filled with zeros: shifting an int64 tensor repeats the sign.
at::Tensor shift_right(const at::Tensor& z, std::int64_t n) {
  return z.bitwise_right_shift(n).bitwise_and_((std::int64_t{1} << (64 - n)) - 1);
}

std::uint64_t seed_of_stream(std::uint64_t seed, const std::string& name) {
  RandomStream random(seed, std::string_view(name));
  const std::uint64_t high = random.bits();
  return high << 32 | random.bits();
}

}  // namespace

at::Tensor KeepMask::draw(std::int64_t count, double drop, const torch::Device& device) {
  assert(0.0 <= drop && drop < 1.0 && count < (std::int64_t{1} << 32));
  // SplitMix64 (Steele et al. 2014) of a counter, the state before its i-th output: seed + i gamma.
  constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15;
  const std::uint64_t first = seed_ + kGamma * (calls_ << 32);
  ++calls_;
  at::Tensor z = at::arange(1, count + 1, torch::TensorOptions(at::kLong).device(device));
  z.mul_(static_cast<std::int64_t>(kGamma)).add_(static_cast<std::int64_t>(first));
  z.bitwise_xor_(shift_right(z, 30)).mul_(static_cast<std::int64_t>(0xbf58476d1ce4e5b9));
  z.bitwise_xor_(shift_right(z, 27)).mul_(static_cast<std::int64_t>(0x94d049bb133111eb));
  // The upper 31 bits of the mixed state: the last step of the mixing does not reach them.
  constexpr auto kRange = static_cast<double>(std::int64_t{1} << 31);
  const auto threshold = static_cast<std::int64_t>(drop * kRange);
  return shift_right(z, 33).ge_(threshold).to(at::kFloat).mul_(1.0 / (1.0 - drop));
}

DropoutImpl::DropoutImpl(double rate) : drop(rate) {}
DropoutImpl::~DropoutImpl() = default;

at::Tensor DropoutImpl::forward(const at::Tensor& input) {
  if (!is_training() || drop == 0.0) {
    return input;
  }
  const at::Tensor keep = mask.draw(input.numel(), drop, input.device());
  return input * keep.view(input.sizes()).to(input.scalar_type());
}

StochasticDepthImpl::StochasticDepthImpl(double rate) : drop(rate) {}
StochasticDepthImpl::~StochasticDepthImpl() = default;

at::Tensor StochasticDepthImpl::forward(const at::Tensor& input) {
  if (!is_training() || drop == 0.0) {
    return input;
  }
  std::vector<std::int64_t> shape(static_cast<std::size_t>(input.dim()), 1);
  shape[0] = input.size(0);
  const at::Tensor keep = mask.draw(input.size(0), drop, input.device());
  return input * keep.view(shape).to(input.scalar_type());
}

void disable_dropout(const torch::nn::Module& module) {
  for (const auto& layer : module.modules(/*include_self=*/false)) {
    if (auto* dropout = layer->as<DropoutImpl>()) {
      dropout->drop = 0.0;
    } else if (auto* depth = layer->as<StochasticDepthImpl>()) {
      depth->drop = 0.0;
    }
  }
}

void seed_dropout(const torch::nn::Module& module, std::uint64_t dropout_seed, std::size_t shard) {
  const std::string suffix = shard == 0 ? "" : "/shard " + std::to_string(shard);
  for (const auto& layer : module.named_modules("", /*include_self=*/false)) {
    const std::uint64_t seed = seed_of_stream(dropout_seed, layer.key() + suffix);
    if (auto* dropout = layer.value()->as<DropoutImpl>()) {
      dropout->mask.seed(seed);
    } else if (auto* depth = layer.value()->as<StochasticDepthImpl>()) {
      depth->mask.seed(seed);
    }
  }
}

}  // namespace ndbench
