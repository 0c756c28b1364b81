#include "worker/snapshot.h"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "ndbench/error.h"
#include "worker/difference.h"

namespace ndbench {
namespace {

constexpr std::string_view kMagic = "ndbsnap1";
constexpr std::int64_t kPiece = std::int64_t{1} << 20;  ///< bytes of a file held at a time

at::ScalarType kept_type(const at::Tensor& tensor) {
  const at::ScalarType type = tensor.scalar_type();
  if (type == at::kDouble || at::isIntegralType(type, /*includeBool=*/true)) return at::kDouble;
  return at::kFloat;
}

std::int64_t kept_bytes(const at::Tensor& tensor) {
  return tensor.numel() * (kept_type(tensor) == at::kDouble ? 8 : 4);
}

/// The numbers as the file has them. A copy only where the tensor is not so already.
at::Tensor kept(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, kept_type(tensor)).contiguous();
}

std::string layout_of(const TracedTensors& tensors) {
  std::string layout;
  for (const auto& [kind, of_kind] : tensors) {
    for (const auto& [name, value] : of_kind) {
      layout += fmt::format("{} {} {} {}\n", kind, name, c10::toString(kept_type(value)),
                            fmt::join(value.sizes(), ","));
    }
  }
  return layout;
}

/// A file with the hash of all that went through it.
class HashedFile {
 public:
  HashedFile(const std::filesystem::path& path, int flags)
      : path_(path), descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail("open");
    XXH3_64bits_reset(hash_.get());
  }
  HashedFile(const HashedFile&) = delete;
  HashedFile& operator=(const HashedFile&) = delete;
  ~HashedFile() { close(descriptor_); }

  void put(const void* bytes, std::int64_t size) {
    XXH3_64bits_update(hash_.get(), bytes, static_cast<std::size_t>(size));
    const auto* from = static_cast<const char*>(bytes);
    while (size > 0) {
      const ssize_t written = write(descriptor_, from, static_cast<std::size_t>(size));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write to");
      from += written;
      size -= written;
    }
  }

  /// Reads exactly so many bytes.
  void get(void* bytes, std::int64_t size) {
    auto* to = static_cast<char*>(bytes);
    for (std::int64_t left = size; left > 0;) {
      const ssize_t count = read(descriptor_, to, static_cast<std::size_t>(left));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail("read");
      if (count == 0) throw Error(fmt::format("the snapshot '{}' is cut short", path_.string()));
      to += count;
      left -= count;
    }
    XXH3_64bits_update(hash_.get(), bytes, static_cast<std::size_t>(size));
  }

  [[nodiscard]] std::uint64_t hash() const { return XXH3_64bits_digest(hash_.get()); }

  void flush_to_disk() const {
    if (fdatasync(descriptor_) != 0) fail("write to");
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw Error(
        fmt::format("cannot {} the snapshot '{}': {}", what, path_.string(), std::strerror(errno)));
  }

  std::filesystem::path path_;
  int descriptor_;
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> hash_{XXH3_createState(),
                                                                 &XXH3_freeState};
};

template <typename Number>
void compare_numbers(HashedFile& file, const at::Tensor& values, DifferenceSum& sum) {
  constexpr std::int64_t kMost = kPiece / static_cast<std::int64_t>(sizeof(Number));
  std::vector<Number> piece(static_cast<std::size_t>(std::min(kMost, values.numel())));
  const auto* replica = static_cast<const Number*>(values.data_ptr());
  for (std::int64_t done = 0; done < values.numel(); done += kMost) {
    const std::int64_t count = std::min(kMost, values.numel() - done);
    file.get(piece.data(), count * static_cast<std::int64_t>(sizeof(Number)));
    sum.add(piece.data(), replica + done, count);
  }
}

}  // namespace

TracedTensors traced_tensors(const Task& task) {
  TracedTensors tensors;
  task.visit_state([&](const std::string& name, const at::Tensor& value) {
    if (!name.starts_with("parameters/")) return;
    tensors["weights"].emplace_back(name, value);
    // Of a tensor that is no leaf grad() warns.
    if (value.is_leaf() && value.grad().defined()) {
      tensors["gradients"].emplace_back(name, value.grad());
    }
  });
  task.visit_outputs([&](const std::string& name, const at::Tensor& value) {
    tensors["outputs"].emplace_back(name, value);
  });
  return tensors;
}

std::int64_t snapshot_bytes(const TracedTensors& tensors) {
  std::int64_t bytes = static_cast<std::int64_t>(kMagic.size() + 2 * sizeof(std::uint64_t) +
                                                 layout_of(tensors).size());
  for (const auto& [kind, of_kind] : tensors) {
    for (const auto& [name, value] : of_kind) bytes += kept_bytes(value);
  }
  return bytes;
}

void write_snapshot(const std::filesystem::path& path, const TracedTensors& tensors) {
  const std::filesystem::path part = path.string() + ".part";
  try {
    HashedFile file(part, O_WRONLY | O_CREAT | O_TRUNC);
    const std::string layout = layout_of(tensors);
    const std::uint64_t length = layout.size();
    file.put(kMagic.data(), static_cast<std::int64_t>(kMagic.size()));
    file.put(&length, sizeof length);
    file.put(layout.data(), static_cast<std::int64_t>(length));
    for (const auto& [kind, of_kind] : tensors) {
      for (const auto& [name, value] : of_kind) {
        const at::Tensor numbers = kept(value);
        file.put(numbers.data_ptr(), static_cast<std::int64_t>(numbers.nbytes()));
      }
    }
    const std::uint64_t hash = file.hash();
    file.put(&hash, sizeof hash);
    file.flush_to_disk();
    std::filesystem::rename(part, path);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw;
  }
}

std::map<std::string, Difference> compare_with_snapshot(const std::filesystem::path& path,
                                                        const TracedTensors& tensors) {
  HashedFile file(path, O_RDONLY);
  std::string magic(kMagic.size(), '\0');
  file.get(magic.data(), static_cast<std::int64_t>(magic.size()));
  if (magic != kMagic) throw Error(fmt::format("'{}' is no snapshot", path.string()));
  std::uint64_t length = 0;
  file.get(&length, sizeof length);
  const std::string layout = layout_of(tensors);
  std::string found(layout.size(), '\0');
  // The length first: that of a damaged file may be anything.
  if (length == layout.size()) file.get(found.data(), static_cast<std::int64_t>(length));
  if (length != layout.size() || found != layout) {
    throw Error(fmt::format("the snapshot '{}' holds other tensors than this replica shows",
                            path.string()));
  }
  std::map<std::string, Difference> differences;
  for (const auto& [kind, of_kind] : tensors) {
    DifferenceSum sum;
    for (const auto& [name, value] : of_kind) {
      const at::Tensor numbers = kept(value);
      numbers.scalar_type() == at::kDouble ? compare_numbers<double>(file, numbers, sum)
                                           : compare_numbers<float>(file, numbers, sum);
    }
    differences[kind] = sum.difference();
  }
  const std::uint64_t hash = file.hash();
  std::uint64_t written = 0;
  file.get(&written, sizeof written);
  if (written != hash) throw Error(fmt::format("the snapshot '{}' is damaged", path.string()));
  return differences;
}

}  // namespace ndbench
