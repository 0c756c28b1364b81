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

NamedTensors read_tensors(const std::filesystem::path& file) {
  const auto refuse = [&](const char* why) {
    throw Error(fmt::format("'{}' cannot be read as tensors: {}", file.string(), why));
  };
  std::ifstream stream(file, std::ios::binary);
  Header header{};
  if (!stream.read(reinterpret_cast<char*>(&header), sizeof header)) refuse("it is missing or cut");
  if (header.magic != kMagic || header.index_bytes > kMostBytes) refuse("it is another file");
  std::string text(header.index_bytes, '\0');
  if (!stream.read(text.data(), static_cast<std::streamsize>(text.size()))) refuse("it is cut");
  NamedTensors tensors;
  for (const json& entry : json::parse(text)) {
    at::Tensor values = at::empty(entry.at("shape").get<std::vector<std::int64_t>>(),
                                  static_cast<at::ScalarType>(entry.at("type").get<int>()));
    if (!stream.read(static_cast<char*>(values.data_ptr()),
                     static_cast<std::streamsize>(values.nbytes()))) {
      refuse("it is cut");
    }
    tensors.emplace(entry.at("name").get<std::string>(), std::move(values));
  }
  return tensors;
}

}  // namespace ndbench
