#include "gradient_sum.h"

#include <cassert>
#include <utility>

namespace ndbench {
namespace {

void add_to(std::vector<at::Tensor>& sum, std::vector<at::Tensor> gradients) {
  assert(sum.size() == gradients.size());
  std::vector<at::Tensor> sums;
  std::vector<at::Tensor> addends;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    if (!sum[i].defined()) {
      sum[i] = std::move(gradients[i]);
    } else if (gradients[i].defined()) {
      sums.push_back(sum[i]);
      addends.push_back(std::move(gradients[i]));
    }
  }
  if (!sums.empty()) {
    at::_foreach_add_(sums, addends);
  }
}

}  // namespace

void GradientSum::add(std::size_t shard, std::vector<at::Tensor> gradients) {
  std::unique_lock lock(mutex_);
  if (is_ordered_) {
    turn_.wait(lock, [&] { return added_ == shard || is_abandoned_; });
  }
  if (is_abandoned_) {
    return;
  }
  if (added_ == 0) {
    sum_ = std::move(gradients);
  } else {
    add_to(sum_, std::move(gradients));
  }
  ++added_;
  turn_.notify_all();
}

void GradientSum::abandon() {
  const std::lock_guard lock(mutex_);
  is_abandoned_ = true;
  turn_.notify_all();
}

}  // namespace ndbench
