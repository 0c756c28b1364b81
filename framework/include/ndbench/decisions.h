#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ndbench/images.h"
#include "ndbench/model.h"

namespace ndbench {

/// What a network decided about the examples of a test set, and what that is worth.
class NDBENCH_API Decisions {
 public:
  /// Remembers what is right: classes, or attributes and sub-groups.
  explicit Decisions(const Images& images);

  void clear();

  /// The decisions about the next examples, in set order: the class of each, or 0 and 1 for each
  /// attribute of each; and what they were decided from: a number for each class or attribute of
  /// each. Logits are for all examples or for none.
  void append(std::span<const std::int32_t> predictions, std::span<const float> logits = {});

  /// Accuracy (over all decisions), and of each class, or of each attribute and sub-group.
  /// Classes that no example has are left out. @pre all examples were decided about.
  [[nodiscard]] Evaluation evaluation() const;

 private:
  [[nodiscard]] std::vector<Slice> class_slices() const;
  [[nodiscard]] std::vector<Slice> attribute_slices() const;
  [[nodiscard]] bool has_attributes() const { return !truth_.attributes.empty(); }

  Images truth_;  ///< without pixels
  std::vector<std::int32_t> predictions_;
  std::vector<float> logits_;
};

}  // namespace ndbench
