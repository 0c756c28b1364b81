#include "data/decoder_pool.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace ndbench {

DecoderPool::IdleDecoders::iterator DecoderPool::nearest(const std::filesystem::path& file,
                                                         std::int64_t key, std::int64_t first) {
  auto best = idle_.end();
  for (auto idle = idle_.begin(); idle != idle_.end(); ++idle) {
    const std::int64_t position = idle->decoder->position();
    if (idle->file == file && position >= key && position <= first &&
        (best == idle_.end() || position > best->decoder->position())) {
      best = idle;
    }
  }
  return best;
}

DecoderPool::Read::Read(DecoderPool& pool, std::filesystem::path file, std::int64_t key,
                        std::int64_t first, std::int64_t count)
    : pool_(pool), file_(std::move(file)), end_(first + count) {
  std::unique_lock lock(pool_.mutex_);
  number_ = pool_.next_number_++;
  auto idle = pool_.nearest(file_, key, first);
  frames_left_ = first - (idle == pool_.idle_.end() ? key : idle->decoder->position());
  // Threads that read a film in turns would otherwise each decode all of it.
  std::optional<std::uint64_t> before;
  for (const Read* other : pool_.reads_) {
    const std::int64_t after_other = other->frames_left_ + first - other->end_;
    if (other->file_ == file_ && other->end_ <= first && after_other < frames_left_) {
      before = other->number_;
      frames_left_ = after_other;
    }
  }
  frames_left_ += count;
  pool_.reads_.push_back(this);
  if (before) {
    // That read began earlier, so that nobody waits in a circle.
    pool_.ended_.wait(lock, [&] {
      return std::none_of(pool_.reads_.begin(), pool_.reads_.end(),
                          [&](const Read* other) { return other->number_ == *before; });
    });
    idle = pool_.nearest(file_, key, first);
  }
  if (idle == pool_.idle_.end()) {
    // Opening a file takes longer than seeking.
    idle = std::find_if(pool_.idle_.begin(), pool_.idle_.end(),
                        [this](const Idle& other) { return other.file == file_; });
  }
  if (idle != pool_.idle_.end()) {
    decoder = std::move(idle->decoder);
    pool_.idle_.erase(idle);
  }
}

DecoderPool::Read::~Read() {
  IdleDecoders dropped;  // closes its file after the lock is gone
  {
    const std::lock_guard lock(pool_.mutex_);
    pool_.reads_.remove(this);
    if (decoder != nullptr) {
      pool_.idle_.push_front({.file = std::move(file_), .decoder = std::move(decoder)});
    }
    if (pool_.idle_.size() > pool_.capacity_) {
      dropped.splice(dropped.begin(), pool_.idle_, std::prev(pool_.idle_.end()));
    }
  }
  pool_.ended_.notify_all();
}

}  // namespace ndbench
