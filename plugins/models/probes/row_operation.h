#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ndbench/torch.h"

namespace ndbench::probes {

/// An operation that takes each row of a batch by itself, as far as mathematics goes.
struct RowOperation {
  const char* name;
  bool is_one_sum;  ///< with weights of 1, the first output is the sum of the row

  /// Sizes of the weights for rows of `length` numbers, a multiple of 16.
  std::vector<std::vector<std::int64_t>> (*weights)(std::int64_t length);

  /// Rows [batch, length] to outputs [batch, m].
  at::Tensor (*compute)(const at::Tensor& rows, const std::vector<at::Tensor>& weights);
};

[[nodiscard]] std::vector<RowOperation> row_operations();

/// @throws ndbench::Error if there is none of that name.
[[nodiscard]] RowOperation row_operation(const std::string& name);

}  // namespace ndbench::probes
