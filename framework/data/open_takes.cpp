#include "data/open_takes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "data/frame_size.h"
#include "data/parallel.h"
#include "data/picture.h"
#include "data/picture_sequence.h"
#include "data/video_file.h"

namespace ndbench {
namespace {

constexpr std::size_t kIdleDecoders = 32;

/// Some frames in a row of another source.
class PartOfSequence final : public FrameSource {
 public:
  PartOfSequence(std::shared_ptr<const FrameSource> whole, std::int64_t begin)
      : whole_(std::move(whole)), begin_(begin) {}

  void read(std::int64_t first, std::int64_t count, std::span<std::uint8_t> bytes) const override {
    whole_->read(begin_ + first, count, bytes);
  }

 private:
  std::shared_ptr<const FrameSource> whole_;
  std::int64_t begin_;
};

/// Opens takes with frames of one size.
class Opener {
 public:
  explicit Opener(FrameSize size) : size_(size), scaled_(size.is_given()) {}

  /// @pre the first take is opened before any others, alone: it decides the size.
  FrameSequence open(const Take& take) {
    return take.video.empty() ? open_pictures(take) : open_video(take);
  }

  std::vector<FrameSequence> open(const std::vector<Take>& takes) {
    std::vector<FrameSequence> sequences(takes.size());
    for_each_in_parallel(std::ssize(takes), [&](std::int64_t number) {
      const auto index = static_cast<std::size_t>(number);
      sequences[index] = open(takes[index]);
    });
    return sequences;
  }

  [[nodiscard]] Video video(std::vector<FrameSequence> sequences) const {
    return {.channels = 3,
            .height = size_.height,
            .width = size_.width,
            .sequences = std::move(sequences)};
  }

 private:
  FrameSequence open_pictures(const Take& take) {
    if (!size_.is_given()) {
      like_ = take.pictures[0];
      const PictureShape shape = read_picture(like_, {}).shape;
      size_ = {.width = shape.width, .height = shape.height};
    }
    return {.name = take.name,
            .frames = take.pictures.size(),
            .source = picture_sequence(take.pictures, size_, scaled_, like_)};
  }

  FrameSequence open_video(const Take& take) {
    auto file =
        std::make_shared<const VideoFile>(take.video, scaled_ ? size_ : FrameSize{}, decoders_);
    if (!size_.is_given()) {
      size_ = file->size();
      like_ = take.video;
    } else if (file->size() != size_) {
      throw Error(
          fmt::format("{}: has frames of {}x{} pixels, but {} has {}x{}; set width and height, to "
                      "which all are scaled",
                      take.video.native(), file->size().width, file->size().height, like_.native(),
                      size_.width, size_.height));
    }
    return {.name = take.name, .frames = file->frames(), .source = file};
  }

  FrameSize size_;
  bool scaled_;
  std::filesystem::path like_;  ///< the file that has size_, where it was not asked for
  std::shared_ptr<DecoderPool> decoders_ = std::make_shared<DecoderPool>(kIdleDecoders);
};

void keep_first(std::vector<Take>& takes, std::int64_t wanted, std::string_view parameter,
                const std::string& dataset) {
  takes.resize(
      static_cast<std::size_t>(sequences_to_take(dataset, parameter, wanted, std::ssize(takes))));
}

/// Cuts the last fifth of the frames off and returns it.
FrameSequence cut_last_fifth(FrameSequence& whole) {
  if (whole.frames < 2) {
    throw Error(
        fmt::format("video '{}': its only sequence has a single frame, which cannot be "
                    "split into training and test frames; add frames",
                    whole.name));
  }
  const std::int64_t count = std::max<std::int64_t>(whole.frames / 5, 1);
  whole.frames -= count;
  return {.name = whole.name + ", last fifth",
          .frames = count,
          .source = std::make_shared<PartOfSequence>(whole.source, whole.frames)};
}

}  // namespace

VideoSplits open_takes(TakeSplits takes, const VideoRequest& request) {
  keep_first(takes.train, request.sequences, "sequences", request.dataset);
  if (takes.test.empty()) {
    // The last fifth of the frames will be one sequence.
    (void)sequences_to_take(request.dataset, "test_sequences", request.test_sequences, 1);
  } else {
    keep_first(takes.test, request.test_sequences, "test_sequences", request.dataset);
  }
  Opener opener({.width = request.width, .height = request.height});
  std::vector<FrameSequence> train{opener.open(takes.train.front())};
  takes.train.erase(takes.train.begin());
  std::vector<FrameSequence> test;
  if (takes.test.empty()) {
    test.push_back(cut_last_fifth(train.front()));
  } else {
    for (FrameSequence& sequence : opener.open(takes.train)) {
      train.push_back(std::move(sequence));
    }
    test = opener.open(takes.test);
  }
  return {.train = opener.video(std::move(train)), .test = opener.video(std::move(test))};
}

}  // namespace ndbench
