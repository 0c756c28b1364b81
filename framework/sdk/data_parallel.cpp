#include "data_parallel.h"

#include <cassert>
#include <utility>

#include "gradient_sum.h"

namespace ndbench {

at::Tensor Shard::of(const at::Tensor& batch) const {
  return batch.narrow(0, first, size).to(device);
}

at::Tensor joined(const std::vector<at::Tensor>& parts) {
  std::vector<at::Tensor> defined;
  for (const at::Tensor& part : parts) {
    if (part.defined()) {
      defined.push_back(part.to(parts.front().device()));
    }
  }
  if (defined.empty()) {
    return {};
  }
  return defined.size() == 1 ? defined.front() : at::cat(defined);
}

DataParallel::DataParallel(Trainer::Modules networks, const Sharding& sharding)
    : is_ordered_(sharding.is_ordered), threads_(networks.size()) {
  assert(networks.size() == sharding.count());
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const torch::Device device(sharding.devices[i]);
    networks_.push_back({networks[i], device, networks[i]->parameters()});
  }
  const Network& first = networks_.front();
  for (std::size_t i = 1; i < networks_.size(); ++i) {
    Network& network = networks_[i];
    assert(network.parameters.size() == first.parameters.size());
    if (network.device != first.device) {
      continue;
    }
    for (std::size_t k = 0; k < first.parameters.size(); ++k) {
      network.parameters[k].set_data(first.parameters[k].detach());
    }
  }
}

/// The first batch_size % shards of them have one example more than the others.
std::vector<Shard> DataParallel::cut(std::int64_t batch_size) const {
  const auto count = static_cast<std::int64_t>(networks_.size());
  std::vector<Shard> cut;
  std::int64_t first = 0;
  for (std::int64_t i = 0; i < count && first < batch_size; ++i) {
    const std::int64_t size = batch_size / count + (i < batch_size % count ? 1 : 0);
    const auto index = static_cast<std::size_t>(i);
    cut.push_back({index, first, size, networks_[index].device});
    first += size;
  }
  return cut;
}

void DataParallel::refresh(Network& network) const {
  const Network& first = networks_.front();
  if (network.device == first.device) {
    return;
  }
  const torch::NoGradGuard no_grad;
  for (std::size_t k = 0; k < first.parameters.size(); ++k) {
    network.parameters[k].copy_(first.parameters[k], /*non_blocking=*/true);
  }
}

/// On the first device; undefined where a parameter has none.
std::vector<at::Tensor> DataParallel::take_gradients(Network& network) const {
  std::vector<at::Tensor> gradients;
  for (at::Tensor& parameter : network.parameters) {
    const at::Tensor gradient = std::exchange(parameter.mutable_grad(), {});
    gradients.push_back(gradient.defined() ? gradient.to(networks_.front().device) : gradient);
  }
  return gradients;
}

at::Tensor DataParallel::run(std::int64_t batch_size,
                             const std::function<at::Tensor(const Shard&)>& loss,
                             const std::function<void(const at::Tensor&)>& backward) {
  const std::vector<Shard> shards = cut(batch_size);
  std::vector<at::Tensor> losses(shards.size());
  GradientSum sum(is_ordered_);
  threads_.run([&](std::size_t index) {
    if (index >= shards.size()) {
      return;
    }
    try {
      const Shard& shard = shards[index];
      Network& network = networks_[index];
      refresh(network);
      const at::Tensor part =
          loss(shard) * (static_cast<double>(shard.size) / static_cast<double>(batch_size));
      backward(part);
      losses[index] = part.detach();
      sum.add(index, take_gradients(network));
    } catch (...) {
      sum.abandon();
      throw;
    }
  });
  Network& first = networks_.front();
  std::vector<at::Tensor> gradients = sum.take();
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    first.parameters[k].mutable_grad() = std::move(gradients[k]);
  }
  at::Tensor total = losses.front();
  for (std::size_t i = 1; i < losses.size(); ++i) {
    total = total + losses[i].to(first.device);
  }
  return total;
}

}  // namespace ndbench
