#pragma once

#include "ndbench/image_classifier.h"

namespace ndbench {

/// How the study of determinism's cost trains its networks (Zhuang et al. 2021): Adam on ImageNet's
/// 224 by 224 pixels, 128 at a time.
inline ClassifierDefaults overhead_study(bool has_dropout) {
  return {.dataset = "synthetic-imagenet",
          .normalization = "unit",
          .optimizer = "adam",
          .learning_rate = 1e-3,
          .has_dropout = has_dropout};
}

}  // namespace ndbench
