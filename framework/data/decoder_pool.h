#pragma once

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>

#include "data/video_decoder.h"

namespace ndbench {

/// Lends decoders to those who read frames, and keeps some between reads because they stand where
/// someone may read on: at most so many, however many files there are. Thread-safe.
class DecoderPool {
 public:
  /// A read under way. While it lasts, others who want the frames after it may wait for its
  /// decoder.
  class Read {
   public:
    Read(DecoderPool& pool, std::filesystem::path file, std::int64_t key, std::int64_t first,
         std::int64_t count);
    Read(const Read&) = delete;
    Read& operator=(const Read&) = delete;
    ~Read();  ///< gives `decoder` to the pool

    /// The one that stands closest to `first` without having passed it or being before `key`; else
    /// another of the file, for seeking; null if there is none.
    std::unique_ptr<VideoDecoder> decoder;

   private:
    friend class DecoderPool;

    DecoderPool& pool_;
    std::filesystem::path file_;
    std::uint64_t number_ = 0;
    std::int64_t end_;              ///< where the decoder will stand
    std::int64_t frames_left_ = 0;  ///< to be decoded until then
  };

  explicit DecoderPool(std::size_t capacity) : capacity_(capacity) {}

 private:
  struct Idle {
    std::filesystem::path file;
    std::unique_ptr<VideoDecoder> decoder;
  };

  using IdleDecoders = std::list<Idle>;

  [[nodiscard]] IdleDecoders::iterator nearest(const std::filesystem::path& file, std::int64_t key,
                                               std::int64_t first);

  std::size_t capacity_;
  std::mutex mutex_;  // guards all below
  std::condition_variable ended_;
  IdleDecoders idle_;       ///< used last, first
  std::list<Read*> reads_;  ///< in the order in which they began
  std::uint64_t next_number_ = 0;
};

}  // namespace ndbench
