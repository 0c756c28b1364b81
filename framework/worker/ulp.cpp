#include "worker/ulp.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "ndbench/random.h"

namespace ndbench {
namespace {

bool can_move(const at::Tensor& value) {
  switch (value.scalar_type()) {
    case at::kDouble:
    case at::kFloat:
    case at::kBFloat16:
    case at::kHalf:
      return true;
    default:
      return false;
  }
}

/// Flat indices, in row-major order, of the elements that may be moved.
at::Tensor movable(const at::Tensor& value) {
  const at::Tensor flat = value.detach().flatten();
  return at::logical_and(at::isfinite(flat), at::ne(flat, 0)).nonzero().flatten();
}

/// The next larger number. @pre finite and not zero.
template <typename Value>
Value next_up(Value value) {
  if constexpr (std::is_floating_point_v<Value>) {
    return std::nextafter(value, std::numeric_limits<Value>::infinity());
  } else {
    constexpr unsigned kSign = 0x8000U;  // and behind it a magnitude that orders as an integer
    value.x = static_cast<std::uint16_t>((value.x & kSign) == 0U ? value.x + 1U : value.x - 1U);
    return value;
  }
}

/// The element at a flat index, as a tensor without dimensions that shares its memory.
at::Tensor element_at(const at::Tensor& value, std::int64_t index) {
  at::Tensor element = value.detach();
  for (std::int64_t dimension = value.dim() - 1; dimension >= 0; --dimension) {
    const std::int64_t size = value.size(dimension);
    element = element.select(dimension, index % size);
    index /= size;
  }
  return element;
}

/// Moves the element in place. @return "0.5 → 0.50000006".
template <typename Value>
std::string move_up(at::Tensor element) {
  const auto before = element.item<Value>();
  const Value after = next_up(before);
  element.fill_(after);
  using Shown = std::conditional_t<std::is_same_v<Value, double>, double, float>;
  return fmt::format("{} → {}", static_cast<Shown>(before), static_cast<Shown>(after));
}

std::string move_up(const at::Tensor& element) {
  switch (element.scalar_type()) {
    case at::kDouble:
      return move_up<double>(element);
    case at::kFloat:
      return move_up<float>(element);
    case at::kBFloat16:
      return move_up<at::BFloat16>(element);
    default:
      return move_up<at::Half>(element);
  }
}

}  // namespace

std::string move_one_weight(const Task& task, std::uint64_t seed) {
  struct Candidate {
    std::string name;
    at::Tensor value;
    at::Tensor movable;
  };
  const auto visit_parameters = [&task](const StateVisitor& visit) {
    task.visit_state([&visit](const std::string& name, const at::Tensor& value) {
      if (name.starts_with("parameters/")) visit(name, value);
    });
  };
  std::vector<Candidate> candidates;
  std::int64_t count = 0;
  visit_parameters([&](const std::string& name, const at::Tensor& value) {
    if (!can_move(value)) return;
    candidates.push_back({name, value, movable(value)});
    count += candidates.back().movable.numel();
  });
  if (count == 0) {
    throw Error(
        "no weight can be moved by one ulp: the model's state has no \"parameters/…\" of a "
        "floating-point type that hold anything but zero");
  }
  RandomStream random(seed, "ulp");
  auto place = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(count)));
  auto chosen = candidates.begin();
  for (; place >= chosen->movable.numel(); ++chosen) place -= chosen->movable.numel();

  const auto index = chosen->movable[place].item<std::int64_t>();
  const at::Tensor before = chosen->value.detach().clone();
  const std::string moved = move_up(element_at(chosen->value, index));
  visit_parameters([&](const std::string& name, const at::Tensor& value) {
    if (name == chosen->name && at::equal(value, before)) {
      throw Error(fmt::format(
          "no weight can be moved by one ulp: visit_state() visits a copy of '{}', not what trains",
          name));
    }
  });
  return fmt::format("{}[{}] {}", chosen->name, index, moved);
}

}  // namespace ndbench
