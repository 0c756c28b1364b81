#include "worker/tensor_file.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMagic = 0x31736f736e746e64;  // "dntnsos1"
constexpr std::size_t kMostBytes = std::size_t{2} << 30U;

// The layout: magic number, length of the index, the index as JSON, the tensors' bytes in its
// order, each row-major.
struct Header {
  std::uint64_t magic;
  std::uint64_t index_bytes;
};

}  // namespace

void write_tensors(const std::filesystem::path& file, const NamedTensors& tensors) {
  std::size_t bytes = 0;
  json index = json::array();
  for (const auto& [name, tensor] : tensors) {
    bytes += tensor.nbytes();
    index.push_back({{"name", name},
                     {"type", static_cast<int>(tensor.scalar_type())},
                     {"shape", tensor.sizes().vec()}});
  }
  if (bytes > kMostBytes) {
    throw Error(
        fmt::format("a step's state and gradients take {} MiB, more than the {} MiB that "
                    "workers exchange; take a smaller network",
                    bytes >> 20U, kMostBytes >> 20U));
  }
  const std::string text = index.dump(-1, ' ', false, json::error_handler_t::replace);
  std::ofstream stream(file, std::ios::binary);
  const Header header{kMagic, text.size()};
  stream.write(reinterpret_cast<const char*>(&header), sizeof header);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor values =
        tensor.detach().to(at::kCPU).resolve_conj().resolve_neg().contiguous();
    stream.write(static_cast<const char*>(values.data_ptr()),
                 static_cast<std::streamsize>(values.nbytes()));
  }
  stream.close();
  if (!stream) {
    throw Error(fmt::format("'{}' cannot be written: {}; is its disk full?", file.string(),
                            std::strerror(errno)));
  }
}

NamedTensors read_tensors(const std::filesystem::path& file) try {
  const auto refuse = [&](const char* why) {
    throw Error(fmt::format("'{}' cannot be read as tensors: {}", file.string(), why));
  };
  std::ifstream stream(file, std::ios::binary);
  Header header{};
  if (!stream.read(reinterpret_cast<char*>(&header), sizeof header)) refuse("it is missing or cut");
  if (header.magic != kMagic) refuse("it is another file");
  // Memory is taken only for what is there.
  std::uint64_t left = std::filesystem::file_size(file) - sizeof header;
  const auto take = [&](std::uint64_t bytes) {
    if (bytes > left) refuse("it is cut");
    left -= bytes;
  };
  take(header.index_bytes);
  std::string text(header.index_bytes, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  NamedTensors tensors;
  for (const json& entry : json::parse(text)) {
    const auto type = static_cast<at::ScalarType>(entry.at("type").get<int>());
    const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
    std::uint64_t bytes = at::elementSize(type);
    for (const std::int64_t side : shape) {
      if (side < 0 || (side > 0 && bytes > left / static_cast<std::uint64_t>(side))) {
        refuse("it is cut");
      }
      bytes *= static_cast<std::uint64_t>(side);
    }
    take(bytes);
    at::Tensor values = at::empty(shape, type);
    stream.read(static_cast<char*>(values.data_ptr()), static_cast<std::streamsize>(bytes));
    if (!stream) refuse("it is cut");
    tensors.emplace(entry.at("name").get<std::string>(), std::move(values));
  }
  return tensors;
} catch (const json::exception& problem) {
  throw Error(fmt::format("'{}' cannot be read as tensors: {}", file.string(), problem.what()));
}

}  // namespace ndbench
