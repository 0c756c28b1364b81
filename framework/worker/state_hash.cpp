#include "worker/state_hash.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include <set>

namespace ndbench {
namespace {

std::string hexadecimal(XXH128_hash_t hash) {
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

std::string hash_tensor(const std::string& name, const at::Tensor& tensor) {
  const at::Tensor value = tensor.detach().to(at::kCPU).resolve_conj().resolve_neg().contiguous();
  const std::string label = fmt::format("{}\n{}\n{}\n", name, c10::toString(value.scalar_type()),
                                        fmt::join(value.sizes(), ","));
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> hash(XXH3_createState(),
                                                                      &XXH3_freeState);
  XXH3_128bits_reset(hash.get());
  XXH3_128bits_update(hash.get(), label.data(), label.size());
  if (value.nbytes() > 0) XXH3_128bits_update(hash.get(), value.data_ptr(), value.nbytes());
  return hexadecimal(XXH3_128bits_digest(hash.get()));
}

State hash_state(const Task& task) {
  State state;
  std::set<std::string> names;
  std::string all;
  task.visit_state([&](const std::string& name, const at::Tensor& value) {
    if (!names.insert(name).second) {
      throw Error(fmt::format("visit_state() names two tensors '{}'", name));
    }
    state.tensor_hashes.emplace_back(name, hash_tensor(name, value));
    all += state.tensor_hashes.back().second;
  });
  if (names.empty()) throw Error("visit_state() names no tensor: there is nothing to compare");
  state.hash = hexadecimal(XXH3_128bits(all.data(), all.size()));
  return state;
}

std::vector<std::pair<std::string, std::string>> batch_hashes(const Task& task) {
  std::vector<std::pair<std::string, std::string>> hashes;
  task.visit_batch([&](const std::string& name, const at::Tensor& value) {
    hashes.emplace_back(name, hash_tensor(name, value));
  });
  return hashes;
}

std::string hash_batch(const Task& task) {
  std::string all;
  for (const auto& [name, hash] : batch_hashes(task)) all += hash;
  return all.empty() ? all : hexadecimal(XXH3_128bits(all.data(), all.size()));
}

}  // namespace ndbench
