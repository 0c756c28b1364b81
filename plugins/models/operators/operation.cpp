#include "operation.h"

#include <algorithm>
#include <cmath>

#include "ndbench/random.h"

namespace ndbench::operators {
namespace {

template <typename Number, typename Next>
at::Tensor filled(at::IntArrayRef sizes, at::ScalarType type, at::Device device, Next next) {
  const at::Tensor values = at::empty(sizes, type);
  std::generate_n(values.data_ptr<Number>(), values.numel(),
                  [&] { return static_cast<Number>(next()); });
  return values.to(device);
}

}  // namespace

Draw::Draw(std::uint64_t seed, std::int64_t size, at::Device device)
    : seed_(seed), size_(size), device_(device) {}

std::int64_t Draw::places() const { return std::max<std::int64_t>(16, size_ / 256); }

std::int64_t Draw::edge(int dimensions, std::int64_t count) const {
  const double volume = static_cast<double>(size_) / static_cast<double>(count);
  return std::max<std::int64_t>(8, std::llround(std::pow(volume, 1.0 / dimensions)));
}

at::Tensor Draw::normal(at::IntArrayRef sizes) {
  RandomStream random(seed_, drawn_++);
  return filled<float>(sizes, at::kFloat, device_, [&] { return random.normal(); });
}

at::Tensor Draw::leaf(at::IntArrayRef sizes) { return normal(sizes).requires_grad_(true); }

at::Tensor Draw::uniform(at::IntArrayRef sizes) {
  RandomStream random(seed_, drawn_++);
  // In steps of float32: the largest double below 1 would round to 1.
  return filled<float>(sizes, at::kFloat, device_,
                       [&] { return (random.bits() >> 9U) * 0x1p-23 + 0x1p-24; });
}

at::Tensor Draw::indices(at::IntArrayRef sizes, std::int64_t low, std::int64_t high) {
  RandomStream random(seed_, drawn_++);
  return filled<std::int64_t>(sizes, at::kLong, device_, [&] {
    return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low)));
  });
}

std::vector<Operation> all_operations() {
  std::vector<Operation> all;
  for (const auto family : {indexing(), scattering(), convolutions(), padding(), pooling(),
                            interpolation(), products(), reductions()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  return all;
}

}  // namespace ndbench::operators
