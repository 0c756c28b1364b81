#include "ndbench/video_batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>
#include <vector>

#include "data/prefetch.h"
#include "data/usable_cpus.h"
#include "ndbench/random.h"

namespace ndbench {
namespace {

struct Window {
  std::size_t sequence;
  std::int64_t first;  // frame
};

std::vector<Window> cut_windows(const Video& video, std::int64_t frames, std::int64_t stride) {
  std::vector<Window> windows;
  for (std::size_t sequence = 0; sequence < video.sequences.size(); ++sequence) {
    for (std::int64_t first = 0; first + frames <= video.sequences[sequence].frames;
         first += stride) {
      windows.push_back({sequence, first});
    }
  }
  return windows;
}

[[noreturn]] void fail_without_windows(const Video& video, std::int64_t frames) {
  const auto longest = std::max_element(
      video.sequences.begin(), video.sequences.end(),
      [](const FrameSequence& a, const FrameSequence& b) { return a.frames < b.frames; });
  if (longest == video.sequences.end()) {
    throw Error("the video has no sequence; check its folder or list");
  }
  throw Error(fmt::format(
      "no sequence of the video has the {} frames of a window: the longest, '{}', has {}; ask for "
      "at most so many frames",
      frames, longest->name, longest->frames));
}

bool in_memory(const Video& video) {
  return std::all_of(video.sequences.begin(), video.sequences.end(),
                     [](const FrameSequence& sequence) { return sequence.source == nullptr; });
}

}  // namespace

class VideoBatches::Impl {
 public:
  Impl(Video video, VideoBatchesOptions options)
      : video_(std::move(video)),
        options_(std::move(options)),
        stride_(options_.stride == 0 ? options_.frames : options_.stride),
        window_bytes_(options_.frames * video_.frame_bytes()) {
    assert(options_.batch_size > 0 && options_.frames > 0 && stride_ > 0);
    windows_ = cut_windows(video_, options_.frames, stride_);
    if (windows_.empty()) {
      fail_without_windows(video_, options_.frames);
    }
    if (options_.windows_per_epoch > windows()) {
      throw Error(fmt::format(
          "{} windows are asked for in an epoch, but the video has {} of {} frames, {} apart; ask "
          "for at most that, or 0 for all",
          options_.windows_per_epoch, windows(), options_.frames, stride_));
    }
    if (!in_memory(video_)) {
      // Enough to keep up with training; more would take CPUs from it.
      constexpr int kMostThreads = 4;
      constexpr int kBatchesAhead = 2;
      prefetch_ = std::make_unique<Prefetch>(
          [this](std::int64_t window, std::span<std::uint8_t> bytes) { read(window, bytes); },
          window_bytes_, std::min(usable_cpus(), kMostThreads), kBatchesAhead);
    }
  }

  void start_epoch(std::int64_t epoch) {
    std::vector<std::int64_t> order;
    if (options_.shuffle) {
      order = RandomStream(options_.order_seed, static_cast<std::uint64_t>(epoch))
                  .permutation(windows());
    } else {
      order = set_order();
    }
    order.resize(static_cast<std::size_t>(windows_in_epoch()));
    start(std::move(order));
  }

  void start_in_set_order() { start(set_order()); }

  VideoBatch next() {
    const std::int64_t count =
        std::min(options_.batch_size, std::ssize(order_) - static_cast<std::int64_t>(position_));
    if (count <= 0) {
      return {};
    }
    const at::Tensor bytes = next_bytes(count);
    const bool starts = !goes_on();
    position_ += count;
    // Bytes travel to the device, not floats: a quarter of the transfer.
    return {
        .frames = bytes.to(options_.device).transpose(0, 1).contiguous().to(at::kFloat).div_(255),
        .starts_sequence = starts};
  }

  void settle() {
    if (prefetch_ != nullptr) {
      prefetch_->settle();
    }
  }

  [[nodiscard]] std::int64_t windows() const { return std::ssize(windows_); }

  [[nodiscard]] std::int64_t batches() const {
    return (windows_in_epoch() + options_.batch_size - 1) / options_.batch_size;
  }

 private:
  [[nodiscard]] std::int64_t windows_in_epoch() const {
    return options_.windows_per_epoch > 0 ? options_.windows_per_epoch : windows();
  }

  [[nodiscard]] std::vector<std::int64_t> set_order() const {
    std::vector<std::int64_t> order(windows_.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    return order;
  }

  void start(std::vector<std::int64_t> order) {
    order_ = std::move(order);
    position_ = 0;
    if (prefetch_ != nullptr) {
      prefetch_->start(order_, options_.batch_size);
    }
  }

  void read(std::int64_t window, std::span<std::uint8_t> bytes) const {
    const Window& from = windows_[static_cast<std::size_t>(window)];
    video_.read(from.sequence, from.first, options_.frames, bytes);
  }

  /// [N, T, channels, height, width], valid until the next call.
  at::Tensor next_bytes(std::int64_t count) {
    std::span<const std::uint8_t> bytes;
    if (prefetch_ != nullptr) {
      bytes = prefetch_->next();
    } else {
      batch_.resize(static_cast<std::size_t>(count * window_bytes_));
      for (std::int64_t n = 0; n < count; ++n) {
        read(order_[static_cast<std::size_t>(position_ + n)],
             std::span(batch_).subspan(static_cast<std::size_t>(n * window_bytes_),
                                       static_cast<std::size_t>(window_bytes_)));
      }
      bytes = batch_;
    }
    assert(std::ssize(bytes) == count * window_bytes_);
    // from_blob takes no const, but nothing writes to it.
    return torch::from_blob(const_cast<std::uint8_t*>(bytes.data()),
                            {count, options_.frames, video_.channels, video_.height, video_.width},
                            at::kByte);
  }

  /// Whether the next batch is one window that goes on where the last one ended.
  [[nodiscard]] bool goes_on() const {
    if (options_.batch_size != 1 || position_ == 0) {
      return false;
    }
    const auto at = [this](std::int64_t position) {
      return windows_[static_cast<std::size_t>(order_[static_cast<std::size_t>(position)])];
    };
    const Window before = at(position_ - 1);
    const Window now = at(position_);
    const std::int64_t apart = now.first - before.first;
    return now.sequence == before.sequence &&
           (apart == options_.frames || apart == options_.frames - 1) && apart > 0;
  }

  const Video video_;
  const VideoBatchesOptions options_;
  const std::int64_t stride_;
  const std::int64_t window_bytes_;
  std::vector<Window> windows_;
  std::vector<std::int64_t> order_;
  std::int64_t position_ = 0;
  std::vector<std::uint8_t> batch_;
  std::unique_ptr<Prefetch> prefetch_;  ///< last: its threads use the above
};

VideoBatches::VideoBatches(Video video, VideoBatchesOptions options)
    : impl_(std::make_unique<Impl>(std::move(video), std::move(options))) {}
VideoBatches::VideoBatches(VideoBatches&&) noexcept = default;
VideoBatches& VideoBatches::operator=(VideoBatches&&) noexcept = default;
VideoBatches::~VideoBatches() = default;

void VideoBatches::start_epoch(std::int64_t epoch) { impl_->start_epoch(epoch); }
void VideoBatches::start_in_set_order() { impl_->start_in_set_order(); }
VideoBatch VideoBatches::next() { return impl_->next(); }
void VideoBatches::settle() { impl_->settle(); }
std::int64_t VideoBatches::batches() const { return impl_->batches(); }
std::int64_t VideoBatches::windows() const { return impl_->windows(); }

}  // namespace ndbench
