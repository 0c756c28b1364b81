#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace ndbench {

/// Fills batches of bytes ahead of their use, on threads of its own, in bounded memory.
///
/// What a batch holds depends on the order given to start() alone, never on the threads.
class Prefetch {
 public:
  /// Fills the bytes of one item. Called from several threads at once.
  using Read = std::function<void(std::int64_t item, std::span<std::uint8_t> bytes)>;

  /// Memory in use: (batches_ahead + 1) batches. @pre item_bytes, threads, batches_ahead >= 1.
  Prefetch(Read read, std::int64_t item_bytes, int threads, int batches_ahead);
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;
  ~Prefetch();

  /// Begins to read the items of `order` in batches; drops what was left of an earlier order.
  void start(std::vector<std::int64_t> order, std::int64_t batch_size);

  /// The bytes of the next batch, [items, item_bytes]; empty when the order is over. Valid until
  /// the next call of start() or next().
  /// Rethrows what reading the earliest failing item of the batch threw.
  [[nodiscard]] std::span<const std::uint8_t> next();

  /// Waits until as much is read ahead as there is memory for: then the threads rest until next().
  void settle();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ndbench
