#include "ndbench/decisions.h"

#include <fmt/format.h>

#include <cassert>

namespace ndbench {
namespace {

/// Counts one yes-no decision.
void count(Slice& slice, bool truth, bool decided) {
  slice.decisions += 1;
  slice.correct += truth == decided ? 1 : 0;
  (truth ? slice.positives : slice.negatives) += 1;
  slice.false_negatives += truth && !decided ? 1 : 0;
  slice.false_positives += !truth && decided ? 1 : 0;
}

}  // namespace

Decisions::Decisions(const Images& images)
    : truth_{.size = images.size,
             .classes = images.classes,
             .labels = images.labels,
             .attributes = images.attributes,
             .class_names = images.class_names,
             .groups = images.groups} {}

void Decisions::clear() {
  predictions_.clear();
  logits_.clear();
}

void Decisions::append(std::span<const std::int32_t> predictions, std::span<const float> logits) {
  predictions_.insert(predictions_.end(), predictions.begin(), predictions.end());
  logits_.insert(logits_.end(), logits.begin(), logits.end());
}

Evaluation Decisions::evaluation() const {
  const auto decisions = static_cast<std::size_t>(truth_.size) *
                         static_cast<std::size_t>(has_attributes() ? truth_.classes : 1);
  assert(predictions_.size() == decisions && decisions > 0);
  assert(logits_.empty() || logits_.size() == static_cast<std::size_t>(truth_.size) *
                                                  static_cast<std::size_t>(truth_.classes));
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < decisions; ++i) {
    const std::int32_t truth = has_attributes() ? truth_.attributes[i] : truth_.labels[i];
    correct += predictions_[i] == truth ? 1 : 0;
  }
  return {.metric = "accuracy",
          .value = static_cast<double>(correct) / static_cast<double>(decisions),
          .examples = truth_.size,
          .predictions = predictions_,
          .targets = has_attributes() ? std::vector<std::int32_t>(truth_.attributes.begin(),
                                                                  truth_.attributes.end())
                                      : truth_.labels,
          .logits = logits_,
          .slices = has_attributes() ? attribute_slices() : class_slices()};
}

std::vector<Slice> Decisions::class_slices() const {
  std::vector<Slice> slices(static_cast<std::size_t>(truth_.classes));
  for (std::size_t example = 0; example < predictions_.size(); ++example) {
    const auto truth = static_cast<std::size_t>(truth_.labels[example]);
    const auto decided = static_cast<std::size_t>(predictions_[example]);
    slices[truth].examples += 1;
    if (truth == decided) {
      slices[truth].correct += 1;
    } else {
      slices[truth].false_negatives += 1;
      slices[decided].false_positives += 1;
    }
  }
  std::vector<Slice> present;
  for (std::size_t c = 0; c < slices.size(); ++c) {
    Slice& slice = slices[c];
    slice.name =
        "class/" + (c < truth_.class_names.size() ? truth_.class_names[c] : fmt::format("{}", c));
    slice.decisions = slice.examples;
    slice.positives = slice.examples;
    slice.negatives = truth_.size - slice.examples;
    if (slice.examples > 0) {
      present.push_back(slice);
    }
  }
  return present;
}

std::vector<Slice> Decisions::attribute_slices() const {
  const auto attributes = static_cast<std::size_t>(truth_.classes);
  std::vector<Slice> slices(attributes + truth_.groups.size());
  for (std::size_t a = 0; a < attributes; ++a) {
    slices[a].name = "attribute/" + truth_.class_names[a];
    slices[a].examples = truth_.size;
  }
  for (std::size_t g = 0; g < truth_.groups.size(); ++g) {
    slices[attributes + g].name = "group/" + truth_.groups[g].name;
  }
  for (std::size_t example = 0; example < static_cast<std::size_t>(truth_.size); ++example) {
    for (std::size_t g = 0; g < truth_.groups.size(); ++g) {
      slices[attributes + g].examples += truth_.groups[g].members[example];
    }
    for (std::size_t a = 0; a < attributes; ++a) {
      const std::size_t decision = example * attributes + a;
      const bool truth = truth_.attributes[decision] != 0;
      const bool decided = predictions_[decision] != 0;
      count(slices[a], truth, decided);
      for (std::size_t g = 0; g < truth_.groups.size(); ++g) {
        if (truth_.groups[g].members[example] != 0) {
          count(slices[attributes + g], truth, decided);
        }
      }
    }
  }
  return slices;
}

}  // namespace ndbench
