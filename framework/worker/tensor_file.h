#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

namespace ndbench {

/// Tensors by name, as one worker hands them to another.
using NamedTensors = std::map<std::string, at::Tensor>;

/// Writes tensors of any device and type.
/// @throws ndbench::Error naming the file if they take more than 2 GiB or cannot be written.
void write_tensors(const std::filesystem::path& file, const NamedTensors& tensors);

/// Reads what write_tensors() wrote, onto the CPU.
/// @throws ndbench::Error naming the file if it is missing, cut or no such file.
[[nodiscard]] NamedTensors read_tensors(const std::filesystem::path& file);

}  // namespace ndbench
