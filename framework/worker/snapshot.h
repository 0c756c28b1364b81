#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/trace_point.h"
#include "ndbench/model.h"

namespace ndbench {

/// What a trace point compares, by kind: "weights" are the task's "parameters/…", "gradients" those
/// that they have, "outputs" what visit_outputs() shows. Handles, not copies. Kinds without a
/// tensor are not there.
using TracedTensors = std::map<std::string, std::vector<std::pair<std::string, at::Tensor>>>;

[[nodiscard]] TracedTensors traced_tensors(const Task& task);

/// Size of the file that write_snapshot() makes.
[[nodiscard]] std::int64_t snapshot_bytes(const TracedTensors& tensors);

/// Writes the tensors' numbers to a file, which is there in whole or not at all, and on the disk:
/// nothing is left for the kernel to write while steps are timed.
///
/// Eight bytes "ndbsnap1", the length of the layout as 64 bits, the layout (one line for each
/// tensor: kind, name, type, shape), the numbers of all in row-major order, XXH3-64 over all that.
/// Little endian. Types other than float64 are widened or narrowed to float32 or, integers, to
/// float64.
/// @throws ndbench::Error
void write_snapshot(const std::filesystem::path& file, const TracedTensors& tensors);

/// How far `tensors` are from those in the file, by kind. Holds a small part of it at a time: the
/// worker's memory is measured.
/// @throws ndbench::Error if the file is not there, damaged, or of other tensors.
[[nodiscard]] std::map<std::string, Difference> compare_with_snapshot(
    const std::filesystem::path& file, const TracedTensors& tensors);

}  // namespace ndbench
