#include "ndbench/video_batches.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

/// What a frame of numbered() is filled with.
std::uint8_t mark(std::size_t sequence, std::int64_t frame) {
  return static_cast<std::uint8_t>(100 * sequence + static_cast<std::size_t>(frame));
}

/// Sequences of 1x1x2 frames, each filled with its mark.
Video numbered(const std::vector<std::int64_t>& lengths) {
  Video video{.channels = 1, .height = 1, .width = 2};
  for (std::size_t sequence = 0; sequence < lengths.size(); ++sequence) {
    FrameSequence& added = video.sequences.emplace_back();
    added.name = "sequence " + std::to_string(sequence);
    added.frames = lengths[sequence];
    for (std::int64_t frame = 0; frame < added.frames; ++frame) {
      added.pixels.insert(added.pixels.end(), 2, mark(sequence, frame));
    }
  }
  return video;
}

class Decoded final : public FrameSource {
 public:
  Decoded(std::vector<std::uint8_t> pixels, std::int64_t damaged)
      : pixels_(std::move(pixels)), damaged_(damaged) {}

  void read(std::int64_t first, std::int64_t count, std::span<std::uint8_t> bytes) const override {
    if (first <= damaged_ && damaged_ < first + count) {
      throw Error("frame " + std::to_string(damaged_) + " is damaged");
    }
    std::copy_n(pixels_.begin() + 2 * first, 2 * count, bytes.begin());
  }

 private:
  std::vector<std::uint8_t> pixels_;
  std::int64_t damaged_;
};

/// The same video, decoded when it is read.
Video streamed(Video video, std::int64_t damaged = -1) {
  for (FrameSequence& sequence : video.sequences) {
    sequence.source = std::make_shared<Decoded>(std::move(sequence.pixels), damaged);
    sequence.pixels.clear();
  }
  return video;
}

/// The marks of window n of a batch.
std::vector<int> marks(const VideoBatch& batch, std::int64_t n = 0) {
  std::vector<int> result;
  for (std::int64_t t = 0; t < batch.frames.size(0); ++t) {
    const at::Tensor pixels = batch.frames[t][n].flatten();
    EXPECT_EQ(pixels[0].item<float>(), pixels[1].item<float>());
    result.push_back(static_cast<int>(std::lround(pixels[0].item<float>() * 255.0F)));
  }
  return result;
}

using Windows = std::vector<std::vector<int>>;

Windows rest_of(VideoBatches& batches) {
  Windows windows;
  for (auto batch = batches.next(); batch.size() > 0; batch = batches.next()) {
    for (std::int64_t n = 0; n < batch.size(); ++n) {
      windows.push_back(marks(batch, n));
    }
  }
  return windows;
}

Windows epoch_of(const Video& video, VideoBatchesOptions options, std::int64_t epoch) {
  VideoBatches batches(video, std::move(options));
  batches.start_epoch(epoch);
  return rest_of(batches);
}

Windows sorted(Windows windows) {
  std::sort(windows.begin(), windows.end());
  return windows;
}

TEST(VideoBatches, NothingComesBeforeAPassIsStarted) {
  VideoBatches batches(numbered({5}), {.frames = 2});
  EXPECT_EQ(batches.next().size(), 0);
}

TEST(VideoBatches, SayHowManyThereAreInAnEpoch) {
  // Windows of 2 frames: 2 of the sequence of 5, 1 of 2.
  EXPECT_EQ(VideoBatches(numbered({5, 2}), {.frames = 2}).batches(), 3);
  EXPECT_EQ(VideoBatches(numbered({5, 2}), {.batch_size = 2, .frames = 2}).batches(), 2);
  EXPECT_EQ(VideoBatches(numbered({5, 2}), {.frames = 2, .windows_per_epoch = 2}).batches(), 2);
}

TEST(VideoBatches, WindowsBeginWhereTheOneBeforeEndedAndTheRestIsLeftOut) {
  VideoBatches batches(numbered({5, 2, 1}), {.frames = 2});
  EXPECT_EQ(batches.windows(), 3);
  batches.start_in_set_order();
  EXPECT_THAT(rest_of(batches),
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(100, 101)));
  EXPECT_EQ(batches.next().size(), 0);
}

TEST(VideoBatches, AWindowMayBeAWholeSequence) {
  VideoBatches batches(numbered({3}), {.frames = 3});
  batches.start_in_set_order();
  EXPECT_THAT(rest_of(batches), ElementsAre(ElementsAre(0, 1, 2)));
}

TEST(VideoBatches, WindowsMayOverlapOrLeaveGaps) {
  VideoBatches overlapping(numbered({5}), {.frames = 3, .stride = 1});
  overlapping.start_in_set_order();
  EXPECT_THAT(rest_of(overlapping),
              ElementsAre(ElementsAre(0, 1, 2), ElementsAre(1, 2, 3), ElementsAre(2, 3, 4)));
  VideoBatches gaps(numbered({8}), {.frames = 2, .stride = 3});
  gaps.start_in_set_order();
  EXPECT_THAT(rest_of(gaps), ElementsAre(ElementsAre(0, 1), ElementsAre(3, 4), ElementsAre(6, 7)));
}

TEST(VideoBatches, AreTimeFirst) {
  Video video{.channels = 2, .height = 3, .width = 4};
  FrameSequence& sequence = video.sequences.emplace_back();
  sequence.frames = 6;
  for (int i = 0; i < 6 * 24; ++i) {
    sequence.pixels.push_back(static_cast<std::uint8_t>(i));
  }
  VideoBatches batches(video, {.batch_size = 3, .frames = 2});
  batches.start_in_set_order();
  const VideoBatch batch = batches.next();
  EXPECT_THAT(batch.frames.sizes(), ElementsAre(2, 3, 2, 3, 4));
  EXPECT_EQ(batch.frames.scalar_type(), at::kFloat);
  EXPECT_TRUE(batch.frames.is_contiguous());
  EXPECT_EQ(batch.size(), 3);
  // Window 2 begins at frame 4, its second frame is frame 5.
  const at::Tensor expected = torch::arange(5 * 24, 6 * 24, at::kFloat).div(255).view({2, 3, 4});
  EXPECT_TRUE(batch.frames[1][2].equal(expected));
}

TEST(VideoBatches, MapBytesToZeroToOne) {
  Video video = numbered({3});
  video.sequences[0].pixels = {0, 255, 51, 204, 1, 254};
  VideoBatches batches(video, {.frames = 3});
  batches.start_in_set_order();
  const at::Tensor frames = batches.next().frames.flatten();
  EXPECT_EQ(frames[0].item<float>(), 0.0F);
  EXPECT_EQ(frames[1].item<float>(), 1.0F);
  EXPECT_EQ(frames[2].item<float>(), 0.2F);
  EXPECT_EQ(frames[3].item<float>(), 0.8F);
}

TEST(VideoBatches, TheLastBatchMayBeSmaller) {
  VideoBatches batches(numbered({10}), {.batch_size = 2, .frames = 2});
  batches.start_epoch(0);
  std::vector<std::int64_t> sizes;
  for (int i = 0; i < 5; ++i) {
    sizes.push_back(batches.next().size());
  }
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1, 0, 0));
}

TEST(VideoBatches, OneFrameOfOverlapIsTruncatedBackpropagationThroughTime) {
  for (const bool stream : {false, true}) {
    const Video video = stream ? streamed(numbered({7, 2, 5})) : numbered({7, 2, 5});
    VideoBatches batches(video, {.frames = 3, .stride = 2, .shuffle = false});
    for (int epoch = 0; epoch < 2; ++epoch) {
      batches.start_epoch(epoch);
      Windows windows;
      std::vector<bool> starts;
      for (auto batch = batches.next(); batch.size() > 0; batch = batches.next()) {
        windows.push_back(marks(batch));
        starts.push_back(batch.starts_sequence);
      }
      EXPECT_THAT(windows,
                  ElementsAre(ElementsAre(0, 1, 2), ElementsAre(2, 3, 4), ElementsAre(4, 5, 6),
                              ElementsAre(200, 201, 202), ElementsAre(202, 203, 204)));
      EXPECT_THAT(starts, ElementsAre(true, false, false, true, false));
    }
  }
}

TEST(VideoBatches, OnlyNeighboursInABatchOfOneGoOn) {
  const auto starts = [](VideoBatchesOptions options) {
    VideoBatches batches(numbered({12}), std::move(options));
    batches.start_in_set_order();
    std::vector<bool> result;
    for (auto batch = batches.next(); batch.size() > 0; batch = batches.next()) {
      result.push_back(batch.starts_sequence);
    }
    return result;
  };
  EXPECT_THAT(starts({.frames = 4}), ElementsAre(true, false, false));
  EXPECT_THAT(starts({.frames = 4, .stride = 4}), ElementsAre(true, false, false));
  EXPECT_THAT(starts({.frames = 6, .stride = 3}), ElementsAre(true, true, true));
  EXPECT_THAT(starts({.frames = 2, .stride = 4}), ElementsAre(true, true, true));
  EXPECT_THAT(starts({.frames = 1, .stride = 6}), ElementsAre(true, true));
  EXPECT_THAT(starts({.batch_size = 2, .frames = 3}), ElementsAre(true, true));
}

TEST(VideoBatches, NeighboursInAShuffledEpochGoOnOnlyInTheirSequence) {
  VideoBatches batches(numbered({8, 8, 8}), {.frames = 2, .order_seed = 5});
  int goes_on = 0;
  for (std::int64_t epoch = 0; epoch < 100; ++epoch) {
    batches.start_epoch(epoch);
    std::vector<int> before;
    for (auto batch = batches.next(); batch.size() > 0; batch = batches.next()) {
      const std::vector<int> now = marks(batch);
      const bool follows = !before.empty() && now[0] == before[1] + 1;
      EXPECT_EQ(batch.starts_sequence, !follows);
      goes_on += follows ? 1 : 0;
      before = now;
    }
  }
  EXPECT_GT(goes_on, 0);
}

TEST(VideoBatches, AnEpochHasEveryWindowOnceInAnotherOrder) {
  const Video video = numbered({50, 50});
  const Windows epoch = epoch_of(video, {.batch_size = 7, .frames = 2, .order_seed = 1}, 0);
  VideoBatches batches(video, {.frames = 2});
  batches.start_in_set_order();
  const Windows in_order = rest_of(batches);
  EXPECT_NE(epoch, in_order);
  EXPECT_EQ(sorted(epoch), sorted(in_order));
}

TEST(VideoBatches, OrderIsAFunctionOfSeedAndEpoch) {
  const Video video = numbered({80});
  const VideoBatchesOptions one{.batch_size = 3, .frames = 2, .order_seed = 1};
  const VideoBatchesOptions two{.batch_size = 3, .frames = 2, .order_seed = 2};
  EXPECT_EQ(epoch_of(video, one, 4), epoch_of(video, one, 4));
  EXPECT_NE(epoch_of(video, one, 4), epoch_of(video, one, 5));
  EXPECT_NE(epoch_of(video, one, 4), epoch_of(video, two, 4));
  VideoBatches batches(video, one);
  batches.start_epoch(0);
  EXPECT_EQ(batches.next().size(), 3);
  batches.start_epoch(4);
  EXPECT_EQ(rest_of(batches), epoch_of(video, one, 4));
}

TEST(VideoBatches, AnEpochMayHaveFewerWindows) {
  const Video video = numbered({20});
  const Windows all = epoch_of(video, {.frames = 2, .order_seed = 3}, 0);
  const Windows some = epoch_of(video, {.frames = 2, .windows_per_epoch = 4, .order_seed = 3}, 0);
  EXPECT_EQ(some, Windows(all.begin(), all.begin() + 4));
  VideoBatches batches(video, {.frames = 2, .windows_per_epoch = 4, .shuffle = false});
  batches.start_epoch(1);
  EXPECT_EQ(rest_of(batches).size(), 4U);
  batches.start_in_set_order();
  EXPECT_EQ(rest_of(batches).size(), 10U);
  EXPECT_THAT([&] { VideoBatches(video, {.frames = 2, .windows_per_epoch = 11}); },
              ThrowsMessage<Error>(AllOf(HasSubstr("11 windows"), HasSubstr("has 10"))));
}

TEST(VideoBatches, NoWindowNamesTheLongestSequence) {
  EXPECT_THAT(
      [] {
        VideoBatches(numbered({3, 5, 4}), {.frames = 6});
      },
      ThrowsMessage<Error>(AllOf(HasSubstr("6 frames"), HasSubstr("'sequence 1', has 5"))));
  EXPECT_THAT([] { VideoBatches(numbered({}), {.frames = 1}); },
              ThrowsMessage<Error>(HasSubstr("no sequence")));
}

TEST(VideoBatches, StreamedVideoComesInTheSameBatches) {
  const VideoBatchesOptions options{.batch_size = 3, .frames = 4, .stride = 2, .order_seed = 9};
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    EXPECT_EQ(epoch_of(streamed(numbered({40, 30})), options, epoch),
              epoch_of(numbered({40, 30}), options, epoch));
  }
}

TEST(VideoBatches, StreamedVideoMayBeLeftInTheMiddleOfAPass) {
  VideoBatches batches(streamed(numbered({40})), {.frames = 2});
  batches.start_in_set_order();
  EXPECT_THAT(marks(batches.next()), ElementsAre(0, 1));
  batches.start_in_set_order();
  EXPECT_EQ(rest_of(batches).size(), 20U);
}

TEST(VideoBatches, DamageIsNamedWhenItIsReached) {
  VideoBatches batches(streamed(numbered({10}), 5), {.frames = 2});
  batches.start_in_set_order();
  EXPECT_THAT(marks(batches.next()), ElementsAre(0, 1));
  EXPECT_THAT(marks(batches.next()), ElementsAre(2, 3));
  EXPECT_THAT([&] { (void)batches.next(); }, ThrowsMessage<Error>(HasSubstr("frame 5 is damaged")));
}

TEST(VideoBatches, OutliveTheirMove) {
  VideoBatches first(streamed(numbered({4})), {.frames = 2});
  VideoBatches batches = std::move(first);
  batches.start_in_set_order();
  EXPECT_THAT(rest_of(batches), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
}

}  // namespace
}  // namespace ndbench
