#include "ndbench/torch_api.h"

#include <gtest/gtest.h>

#include "ndbench/torch.h"

namespace ndbench {
namespace {

TEST(FillMemory, IsReadBackAsSetWhereThereIsSuchASwitch) {
  const bool before = fills_memory();
  for (const bool is_on : {true, false}) {
    set_fill_memory(is_on);
    EXPECT_EQ(fills_memory(), kCanFillMemory && is_on);
  }
  set_fill_memory(before);
}

/// The memory that the freed tensor had is given to the next one of its size.
TEST(FillMemory, FillsNewTensorsWhereAlgorithmsAreDeterministic) {
  if (!kCanFillMemory) GTEST_SKIP() << "LibTorch " << TORCH_VERSION << " cannot fill memory";
  const bool before = fills_memory();
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  for (const bool is_on : {true, false}) {
    set_fill_memory(is_on);
    void* freed = torch::full({1 << 16}, 7.0F).data_ptr();
    const at::Tensor fresh = torch::empty({1 << 16});
    if (is_on) {
      EXPECT_TRUE(fresh.isnan().all().item<bool>());
    } else if (fresh.data_ptr() == freed) {
      EXPECT_FALSE(fresh.isnan().any().item<bool>());
    }
  }
  at::globalContext().setDeterministicAlgorithms(false, /*warn_only=*/false);
  set_fill_memory(before);
}

/// Switches of the process, there without a GPU, too.
TEST(Tf32, IsReadBackAsSet) {
  for (const bool is_on : {true, false}) {
    set_tf32(c10::DeviceType::CUDA, is_on);
    EXPECT_EQ(allows_tf32(c10::DeviceType::CUDA), is_on);
  }
}

TEST(Tf32, OfOneDeviceIsNotThatOfAnother) {
  set_tf32(c10::DeviceType::CPU, false);
  set_tf32(c10::DeviceType::CUDA, true);
  EXPECT_FALSE(allows_tf32(c10::DeviceType::CPU));
  set_tf32(c10::DeviceType::CUDA, false);
}

TEST(Nnpack, IsOffAsSet) {
  const bool before = uses_nnpack();
  set_nnpack(false);
  EXPECT_FALSE(uses_nnpack());
  set_nnpack(before);
  EXPECT_EQ(uses_nnpack(), before);
}

}  // namespace
}  // namespace ndbench
