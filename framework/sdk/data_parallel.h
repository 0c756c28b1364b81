#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "ndbench/trainer.h"
#include "thread_team.h"

namespace ndbench {

/// Forward and backward passes of a batch in shards, each on its own thread, network and device.
class DataParallel {
 public:
  /// @param networks  one for each shard, on its device. All get the weights of the first: on its
  ///                  device they share its storage, on others they are copied before each pass.
  DataParallel(Trainer::Modules networks, const Sharding& sharding);

  /// Leaves the gradients of the batch's loss in the parameters of the first network. They must be
  /// undefined before.
  ///
  /// @param loss      of a shard, the mean over its examples.
  /// @param backward  of a shard's part of the batch's loss.
  /// @return the batch's loss, detached, on the first device.
  at::Tensor run(std::int64_t batch_size, const std::function<at::Tensor(const Shard&)>& loss,
                 const std::function<void(const at::Tensor&)>& backward);

  [[nodiscard]] std::size_t shards() const { return networks_.size(); }

 private:
  struct Network {
    Trainer::Modules::value_type module;
    torch::Device device;
    std::vector<at::Tensor> parameters;
  };

  [[nodiscard]] std::vector<Shard> cut(std::int64_t batch_size) const;
  void refresh(Network& network) const;
  [[nodiscard]] std::vector<at::Tensor> take_gradients(Network& network) const;

  std::vector<Network> networks_;
  bool is_ordered_;
  ThreadTeam threads_;
};

}  // namespace ndbench
