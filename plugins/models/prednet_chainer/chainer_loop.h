#pragma once

#include <memory>
#include <string>

#include "prednet/prednet_task.h"

namespace ndbench::prednet {

/// The loop of the published training script (main.py of eijwat/prednet_in_chainer_py3, commit
/// 141d86c), re-made: it keeps two host buffers for a frame and the one after it, fills them anew
/// for every frame, and hands them to the network as `xp.asarray(buffer)` does. That copies where
/// the network's device or type is another one, and else, on a CPU in float32, gives the buffer
/// itself.
///
/// The loss is Chainer's mean_squared_error, which keeps its inputs by reference and takes their
/// difference again in backward. Backward runs after the last frame: where the buffers were handed
/// over themselves, every target then is the last frame.
///
/// @param copy  copies always: the corrected loop.
[[nodiscard]] std::shared_ptr<FrameLoop> make_chainer_loop(const std::string& device,
                                                           at::ScalarType type, bool copy);

}  // namespace ndbench::prednet
