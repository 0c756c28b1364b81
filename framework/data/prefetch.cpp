#include "data/prefetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "ndbench/error.h"

namespace ndbench {
namespace {

/// One batch: being filled, full, or handed out.
struct Slot {
  std::vector<std::uint8_t> bytes;
  std::int64_t items = 0;
  std::int64_t items_left = 0;  // to be filled
  std::int64_t failed_item = 0;
  std::exception_ptr failure;
};

}  // namespace

class Prefetch::Impl {
 public:
  Impl(Read read, std::int64_t item_bytes, int threads, int batches_ahead)
      : read_(std::move(read)),
        item_bytes_(static_cast<std::size_t>(item_bytes)),
        slots_(static_cast<std::size_t>(batches_ahead) + 1) {
    assert(item_bytes >= 1 && threads >= 1 && batches_ahead >= 1);
    try {
      for (int i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { work(); });
      }
    } catch (const std::system_error& error) {
      end();
      throw Error(
          fmt::format("only {} of {} threads that read examples could be started: {}; "
                      "raise the limit on processes (ulimit -u)",
                      threads_.size(), threads, error.what()));
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { end(); }

  void start(std::vector<std::int64_t> order, std::int64_t batch_size) {
    assert(batch_size >= 1);
    {
      std::unique_lock lock(mutex_);
      forget();
      filled_.wait(lock, [this] { return busy_ == 0; });
      order_ = std::move(order);
      batch_size_ = batch_size;
      for (std::int64_t batch = 0; batch < std::ssize(slots_); ++batch) {
        open(batch);
      }
    }
    work_.notify_all();
  }

  std::span<const std::uint8_t> next() {
    std::unique_lock lock(mutex_);
    if (next_batch_ > 0) {
      // Now nobody looks any more at the batch before.
      open(next_batch_ - 1 + std::ssize(slots_));
      work_.notify_all();
    }
    if (next_batch_ * batch_size_ >= std::ssize(order_)) {
      forget();
      return {};
    }
    Slot& slot = slot_of(next_batch_);
    ++next_batch_;
    filled_.wait(lock, [&] { return slot.items_left == 0; });
    if (slot.failure != nullptr) {
      std::rethrow_exception(std::exchange(slot.failure, nullptr));
    }
    return std::span(slot.bytes).first(static_cast<std::size_t>(slot.items) * item_bytes_);
  }

  void settle() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !has_work() && busy_ == 0; });
  }

 private:
  [[nodiscard]] Slot& slot_of(std::int64_t batch) {
    return slots_[static_cast<std::size_t>(batch % std::ssize(slots_))];
  }

  /// Leaves nothing to do.
  void forget() {
    order_.clear();
    next_item_ = 0;
    open_items_ = 0;
    next_batch_ = 0;
  }

  /// Lets the threads fill `batch`, if the order has so many.
  void open(std::int64_t batch) {
    const std::int64_t begin = batch * batch_size_;
    const std::int64_t items = std::min(batch_size_, std::ssize(order_) - begin);
    if (items <= 0) {
      return;
    }
    Slot& slot = slot_of(batch);
    slot.items = items;
    slot.items_left = items;
    slot.failure = nullptr;
    const auto bytes = static_cast<std::size_t>(items) * item_bytes_;
    if (slot.bytes.size() < bytes) {
      slot.bytes.resize(bytes);
    }
    open_items_ = begin + items;
  }

  [[nodiscard]] bool has_work() const { return next_item_ < open_items_; }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      work_.wait(lock, [this] { return ending_ || has_work(); });
      if (ending_) {
        return;
      }
      const std::int64_t position = next_item_++;
      const std::int64_t item = order_[static_cast<std::size_t>(position)];
      Slot& slot = slot_of(position / batch_size_);
      const auto place = static_cast<std::size_t>(position % batch_size_) * item_bytes_;
      const auto bytes = std::span(slot.bytes).subspan(place, item_bytes_);
      ++busy_;
      lock.unlock();
      std::exception_ptr failure;
      try {
        read_(item, bytes);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      --busy_;
      if (failure != nullptr && (slot.failure == nullptr || position < slot.failed_item)) {
        slot.failure = std::move(failure);
        slot.failed_item = position;
      }
      --slot.items_left;
      if (slot.items_left == 0 || busy_ == 0) {
        filled_.notify_all();
      }
    }
  }

  void end() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

  const Read read_;
  const std::size_t item_bytes_;

  std::mutex mutex_;  // guards all below but the bytes of slots
  std::condition_variable work_;
  std::condition_variable filled_;
  std::vector<std::int64_t> order_;
  std::int64_t batch_size_ = 1;
  std::int64_t next_item_ = 0;   // the next position of the order that a thread takes
  std::int64_t open_items_ = 0;  // positions before this one have a slot
  std::int64_t next_batch_ = 0;  // the next that next() hands out
  std::vector<Slot> slots_;
  int busy_ = 0;  // threads that read
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

Prefetch::Prefetch(Read read, std::int64_t item_bytes, int threads, int batches_ahead)
    : impl_(std::make_unique<Impl>(std::move(read), item_bytes, threads, batches_ahead)) {}
Prefetch::~Prefetch() = default;

void Prefetch::start(std::vector<std::int64_t> order, std::int64_t batch_size) {
  impl_->start(std::move(order), batch_size);
}

void Prefetch::settle() { impl_->settle(); }

std::span<const std::uint8_t> Prefetch::next() { return impl_->next(); }

}  // namespace ndbench
