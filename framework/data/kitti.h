#pragma once

#include <filesystem>

#include "data/take.h"

namespace ndbench {

/// The recordings of the raw data of KITTI (Geiger et al. 2013) in `folder`, laid out as it comes:
/// `<date>/<drive>/image_03/data/*.png`, the right colour camera.
///
/// Split as Lotter et al. 2016 (process_kitti.py of coxlab/prednet, 843b452): from the categories
/// city, residential and road, three drives for testing, one for validation, which is left out, and
/// the other 57 for training; of these, those that are there, in the order of their names.
/// @throws ndbench::Error if a drive for testing, or every one for training, is missing.
[[nodiscard]] TakeSplits takes_of_kitti(const std::filesystem::path& folder);

}  // namespace ndbench
