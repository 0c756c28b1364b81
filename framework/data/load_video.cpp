#include <fmt/format.h>

#include <algorithm>

#include "data/data_set_path.h"
#include "data/file_kind.h"
#include "data/frame_folder.h"
#include "data/frame_list.h"
#include "data/frame_size.h"
#include "data/kitti.h"
#include "data/moving_squares.h"
#include "data/open_takes.h"
#include "data/sprites.h"
#include "data/video_memory.h"
#include "ndbench/images.h"
#include "ndbench/video.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kTrainSeed = 1;
constexpr std::uint64_t kTestSeed = 2;

void check(const VideoRequest& request) {
  constexpr std::int64_t kMaxSide = 16384;
  if (request.sequences < 0 || request.test_sequences < 0) {
    throw Error(fmt::format(
        "video '{}': sequences {} and test_sequences {} must not be negative; 0 means all",
        request.dataset, request.sequences, request.test_sequences));
  }
  const auto [smaller, larger] = std::minmax(request.width, request.height);
  if (smaller < 0 || larger > kMaxSide || (smaller == 0) != (larger == 0)) {
    throw Error(fmt::format(
        "video '{}': width {} and height {} must both be 1 to {}, or both 0 for frames as they are",
        request.dataset, request.width, request.height, kMaxSide));
  }
}

VideoSplits make_or_open(const VideoRequest& request, const std::vector<fs::path>& data_path) {
  if (request.dataset == "sprites" || request.dataset == "synthetic") {
    const std::int64_t train =
        sequences_to_take(request.dataset, "sequences", request.sequences, 500);
    const std::int64_t test =
        sequences_to_take(request.dataset, "test_sequences", request.test_sequences, 100);
    const FrameSize size = request.width > 0
                               ? FrameSize{.width = request.width, .height = request.height}
                               : FrameSize{.width = 48, .height = 32};
    if (request.dataset == "synthetic") {
      return {.train = moving_squares(train, size, kTrainSeed),
              .test = moving_squares(test, size, kTestSeed)};
    }
    // More to choose from would look no different, and take a tenth of a second more to load.
    constexpr std::int64_t kPieces = 1000;
    ImageSplits pieces = load_images(
        {.dataset = "fashion-mnist", .subset = kPieces, .test_subset = kPieces}, data_path);
    return {.train = moving_sprites(std::move(pieces.train), train, size, kTrainSeed),
            .test = moving_sprites(std::move(pieces.test), test, size, kTestSeed)};
  }
  if (request.dataset == "kitti") {
    const fs::path folder = find_data_set(
        "kitti", data_path,
        "download the synced and rectified data from "
        "https://www.cvlibs.net/datasets/kitti/raw_data.php, unpack it into a folder 'kitti', and "
        "name the folder that holds it with --data");
    return open_takes(takes_of_kitti(folder), request);
  }
  const fs::path path = find_data_set(
      request.dataset, data_path,
      "put there a folder of frames or videos, a list of frames (.txt) or a video file, e.g. from "
      "https://davischallenge.org or http://ai.stanford.edu/~alireza/Disney/, and name the folder "
      "that holds it with --data; or take 'sprites', 'synthetic' or 'kitti'");
  std::error_code error;
  if (fs::is_directory(path, error)) {
    return open_takes(takes_of_folder(path), request);
  }
  if (is_list_name(path)) {
    return open_takes(keep_last_fifth(takes_of_list(path)), request);
  }
  return open_takes({.train = {{.name = request.dataset, .video = path}}, .test = {}}, request);
}

}  // namespace

VideoSplits load_video(const VideoRequest& request, const std::vector<fs::path>& data_path) {
  check(request);
  VideoSplits splits = make_or_open(request, data_path);
  load_into_memory(splits.train);
  load_into_memory(splits.test);
  return splits;
}

}  // namespace ndbench
