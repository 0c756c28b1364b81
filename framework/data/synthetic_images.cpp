#include "data/synthetic_images.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "data/split_mix.h"
#include "data/subset.h"

namespace ndbench {
namespace {

struct Kind {
  std::string_view name;
  std::int64_t side;
  std::int64_t classes;
  std::int64_t train;
  std::int64_t test;
};

constexpr std::array<Kind, 2> kKinds{
    {{.name = "synthetic", .side = 32, .classes = 10, .train = 50'000, .test = 10'000},
     {.name = "synthetic-imagenet",
      .side = 224,
      .classes = 1000,
      .train = 1'281'167,
      .test = 50'000}}};

/// The first output of SplitMix64 from this state.
std::uint64_t mix(std::uint64_t state) { return mix_bits(state + kSplitMixGamma); }

class SyntheticSource final : public ExampleSource {
 public:
  SyntheticSource(std::int64_t side, std::int64_t classes, std::uint64_t stream)
      : side_(side), classes_(classes), stream_(stream) {}

  void read(std::int64_t index, std::span<std::uint8_t> bytes) const override {
    assert(std::ssize(bytes) == 3 * side_ * side_);
    const auto example = mix(mix(stream_) + static_cast<std::uint64_t>(index));
    const std::int64_t light = static_cast<std::int64_t>(example % 41) - 20;
    auto* target = bytes.data();
    std::uint64_t noise = 0;
    std::uint64_t drawn = 0;
    for (std::uint64_t channel = 0; channel < 3; ++channel) {
      const Nodes nodes = pattern(static_cast<std::uint64_t>(index % classes_), channel);
      for (std::int64_t y = 0; y < side_; ++y) {
        for (std::int64_t x = 0; x < side_; ++x, ++target) {
          if (drawn % 8 == 0) {
            noise = mix(example + drawn / 8);
          }
          const auto grain = static_cast<std::int64_t>((noise >> (8 * (drawn % 8))) & 0xff);
          ++drawn;
          const std::int64_t pixel = smooth(nodes, y, x) + light + (grain - 128) / 3;
          *target = static_cast<std::uint8_t>(std::clamp<std::int64_t>(pixel, 0, 255));
        }
      }
    }
  }

 private:
  static constexpr std::int64_t kCells = 4;  // of the pattern, a side
  using Nodes = std::array<std::array<std::int64_t, kCells + 1>, kCells + 1>;

  static Nodes pattern(std::uint64_t label, std::uint64_t channel) {
    Nodes nodes{};
    std::uint64_t node = (label * 3 + channel) << 8;
    for (auto& row : nodes) {
      for (std::int64_t& value : row) {
        value = 48 + static_cast<std::int64_t>(mix(node++) % 160);
      }
    }
    return nodes;
  }

  /// Bilinear between the nodes, in 1/256 of a cell.
  [[nodiscard]] std::int64_t smooth(const Nodes& nodes, std::int64_t y, std::int64_t x) const {
    const std::int64_t row = y * kCells * 256 / side_;
    const std::int64_t column = x * kCells * 256 / side_;
    const auto& above = nodes.at(static_cast<std::size_t>(row / 256));
    const auto& below = nodes.at(static_cast<std::size_t>(row / 256 + 1));
    const auto left = static_cast<std::size_t>(column / 256);
    const std::int64_t across = column % 256;
    const std::int64_t top = above.at(left) * (256 - across) + above.at(left + 1) * across;
    const std::int64_t bottom = below.at(left) * (256 - across) + below.at(left + 1) * across;
    return (top * (256 - row % 256) + bottom * (row % 256)) / (256 * 256);
  }

  std::int64_t side_;
  std::int64_t classes_;
  std::uint64_t stream_;
};

Images make_split(const Kind& kind, const ImageRequest& request, bool train) {
  const std::int64_t side = request.image_size == 0 ? kind.side : request.image_size;
  Images images{.size = examples_to_take(kind.name, train ? kind.train : kind.test,
                                         train ? request.subset : request.test_subset),
                .channels = 3,
                .height = side,
                .width = side,
                .classes = kind.classes,
                .source = std::make_shared<SyntheticSource>(side, kind.classes, train ? 1 : 2)};
  for (std::int64_t index = 0; index < images.size; ++index) {
    images.labels.push_back(static_cast<std::int32_t>(index % kind.classes));
  }
  for (std::int64_t label = 0; label < kind.classes; ++label) {
    images.class_names.push_back(std::to_string(label));
  }
  return images;
}

const Kind* find_kind(std::string_view name) {
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const Kind& known) { return known.name == name; });
  return kind == kKinds.end() ? nullptr : kind;
}

}  // namespace

bool is_synthetic(std::string_view name) { return find_kind(name) != nullptr; }

ImageSplits make_synthetic_images(const ImageRequest& request) {
  const Kind* kind = find_kind(request.dataset);
  assert(kind != nullptr);
  return {.train = make_split(*kind, request, true), .test = make_split(*kind, request, false)};
}

}  // namespace ndbench
