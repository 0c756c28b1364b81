// Losses, counts, order statistics, prefix sums; and memory that nothing was written to.
#include "operation.h"

namespace ndbench::operators {
namespace {

constexpr std::int64_t kClasses = 16;
constexpr std::int64_t kPictures = 4;
constexpr std::int64_t kFrames = 64;  ///< of a sequence that CTC aligns
constexpr std::int64_t kLabels = 16;  ///< of its target

Tensors draw_numbers(Draw& draw) { return {draw.normal({draw.size()})}; }

/// Each value some 256 times: which of them an index names is open.
Tensors draw_levels(Draw& draw) {
  return {draw.indices({draw.size()}, 0, draw.places()).to(at::kFloat)};
}

Tensors draw_weighted_counts(Draw& draw) {
  return {draw.indices({draw.size()}, 0, draw.places()), draw.uniform({draw.size()})};
}

Tensors draw_labelled_pixels(Draw& draw) {
  const std::int64_t edge = draw.edge(2, kPictures * kClasses);
  return {draw.leaf({kPictures, kClasses, edge, edge}),
          draw.indices({kPictures, edge, edge}, 0, kClasses)};
}

Tensors draw_sequences(Draw& draw) {
  const std::int64_t batch = draw.edge(1, kFrames * kClasses);
  return {draw.leaf({kFrames, batch, kClasses}), draw.indices({batch, kLabels}, 1, kClasses)};
}

at::Tensor nll_loss2d(const Tensors& in) { return at::nll_loss2d(in[0], in[1]); }

at::Tensor ctc_loss(const Tensors& in) {
  const auto batch = static_cast<std::size_t>(in[1].size(0));
  const std::vector<std::int64_t> frames(batch, kFrames);
  const std::vector<std::int64_t> labels(batch, kLabels);
  return at::ctc_loss(at::log_softmax(in[0], 2), in[1], at::IntArrayRef(frames),
                      at::IntArrayRef(labels));
}

constexpr Operation kOperations[] = {
    {"nll_loss2d", Pass::kForward, draw_labelled_pixels, nll_loss2d},
    {"nll_loss2d_backward", Pass::kBackward, draw_labelled_pixels, nll_loss2d},
    {"ctc_loss_backward", Pass::kBackward, draw_sequences, ctc_loss},
    {"histc", Pass::kForward, draw_numbers,
     [](const Tensors& in) { return at::histc(in[0], 64, -4, 4); }},
    {"bincount_weights", Pass::kForward, draw_weighted_counts,
     [](const Tensors& in) { return at::bincount(in[0], in[1]); }},
    {"median_with_indices", Pass::kForward, draw_levels,
     [](const Tensors& in) { return std::get<1>(at::median(in[0], 0)); }},
    {"kthvalue", Pass::kForward, draw_levels,
     [](const Tensors& in) { return std::get<1>(at::kthvalue(in[0], in[0].numel() / 3)); }},
    {"cumsum", Pass::kForward, draw_numbers,
     [](const Tensors& in) { return at::cumsum(in[0], 0); }},
    {"resize_quantized", Pass::kForward, draw_numbers,
     [](const Tensors& in) {
       // Only float32 can be quantized.
       const at::Tensor quantized =
           at::quantize_per_tensor(in[0].to(at::kFloat), 0.05, 0, at::kQInt8);
       return quantized.resize_({2 * in[0].numel()}).int_repr();
     }},
};

}  // namespace

std::span<const Operation> reductions() { return kOperations; }

}  // namespace ndbench::operators
