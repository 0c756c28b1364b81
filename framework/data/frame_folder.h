#pragma once

#include <filesystem>
#include <string>

#include "data/data_folder.h"
#include "data/take.h"

namespace ndbench {

/// The takes of a folder: its sub-folders of pictures and its video files, in the order of their
/// names; or, if it holds pictures, these as one take. Files of other kinds are passed over.
///
/// With train/ and test/ (or val/) in it, these are the splits; with train_list.txt and
/// test_list.txt (generate_image.py of eijwat/prednet_in_chainer_py3), the takes that these list;
/// else see keep_last_fifth().
/// @throws ndbench::Error naming the folder or file.
[[nodiscard]] TakeSplits takes_of_folder(const std::filesystem::path& folder);

/// The pictures in the folder `place` of `set` as a take. @throws ndbench::Error if there is none,
/// or if the order of their names is not that of their numbers.
[[nodiscard]] Take take_of_pictures(const DataFolder& set, const std::filesystem::path& place,
                                    std::string name);

}  // namespace ndbench
