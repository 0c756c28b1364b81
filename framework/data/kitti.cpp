#include "data/kitti.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string_view>

#include "data/data_folder.h"
#include "data/frame_folder.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

struct Day {
  std::string_view date;
  std::span<const int> drives;
};

// All drives of city, residential and road but 0005 (validation) and the three for testing. Left
// out with them: campus, person and calibration.
constexpr std::array kSeptember26{1,  2,  9,  11, 13, 14, 15, 17, 18, 19,  20,  22,  23, 27,
                                  28, 29, 32, 35, 36, 39, 46, 48, 51, 52,  56,  57,  59, 60,
                                  61, 64, 84, 86, 87, 91, 93, 95, 96, 101, 106, 113, 117};
constexpr std::array kSeptember28{1, 2};
constexpr std::array kSeptember29{4, 26, 71};
constexpr std::array kSeptember30{16, 18, 20, 27, 28, 33, 34};
constexpr std::array kOctober3{27, 34, 42, 47};
constexpr std::array<Day, 5> kTraining{{{"2011_09_26", kSeptember26},
                                        {"2011_09_28", kSeptember28},
                                        {"2011_09_29", kSeptember29},
                                        {"2011_09_30", kSeptember30},
                                        {"2011_10_03", kOctober3}}};
static_assert(kSeptember26.size() + kSeptember28.size() + kSeptember29.size() +
                  kSeptember30.size() + kOctober3.size() ==
              57);

// City, residential, road.
constexpr std::array kTesting{104, 79, 70};
constexpr std::string_view kTestingDate = "2011_09_26";

std::string drive_name(std::string_view date, int drive) {
  return fmt::format("{}_drive_{:04}_sync", date, drive);
}

fs::path frames_of(std::string_view date, int drive) {
  return fs::path(date) / drive_name(date, drive) / "image_03" / "data";
}

}  // namespace

TakeSplits takes_of_kitti(const fs::path& folder) {
  constexpr std::string_view kRemedy =
      "download the synced and rectified data from https://www.cvlibs.net/datasets/kitti/"
      "raw_data.php and unpack it there";
  const DataFolder set(folder);
  TakeSplits splits;
  for (const Day& day : kTraining) {
    for (const int drive : day.drives) {
      const fs::path frames = frames_of(day.date, drive);
      if (set.has(frames)) {
        splits.train.push_back(take_of_pictures(set, frames, drive_name(day.date, drive)));
      }
    }
  }
  if (splits.train.empty()) {
    throw Error(fmt::format("{}: holds no drive for training, such as {}; {}", folder.native(),
                            frames_of(kTraining[0].date, kTraining[0].drives[0]).native(),
                            kRemedy));
  }
  for (const int drive : kTesting) {
    const fs::path frames = frames_of(kTestingDate, drive);
    if (!set.has(frames)) {
      throw Error(fmt::format("{}: missing, one of the three drives for testing; {}",
                              (folder / frames).native(), kRemedy));
    }
    splits.test.push_back(take_of_pictures(set, frames, drive_name(kTestingDate, drive)));
  }
  return splits;
}

}  // namespace ndbench
