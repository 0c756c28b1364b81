#pragma once

// The one header of ndbench that includes LibTorch. IValue first: clang 14 in C++20 mode cannot
// parse the rest before it.
#include <ATen/core/ivalue.h>
#include <torch/torch.h>
