#pragma once

#include "data/take.h"
#include "ndbench/video.h"

namespace ndbench {

/// Opens as many takes as `request` wants; their frames are decoded when they are read.
///
/// Without a size in `request`, the size of the first frame is that of all.
/// @throws ndbench::Error naming a file that is damaged or has another size; if there are fewer
///         takes than wanted.
[[nodiscard]] VideoSplits open_takes(TakeSplits takes, const VideoRequest& request);

}  // namespace ndbench
