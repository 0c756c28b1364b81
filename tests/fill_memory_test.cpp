#include "backends/fill_memory.h"

#include <gtest/gtest.h>

namespace ndbench {
namespace {

struct WithoutSwitch {};

class WithSwitch {
 public:
  void setDeterministicFillUninitializedMemory(bool is_on) { is_on_ = is_on; }
  [[nodiscard]] bool deterministicFillUninitializedMemory() const { return is_on_; }

 private:
  bool is_on_ = true;
};

TEST(FillMemory, IsTheSwitchWhereThereIsOne) {
  EXPECT_TRUE(FillsMemory<WithSwitch>);
  WithSwitch context;
  EXPECT_TRUE(fills_memory(context));
  set_fill_memory(context, false);
  EXPECT_FALSE(fills_memory(context));
  EXPECT_FALSE(context.deterministicFillUninitializedMemory());
}

TEST(FillMemory, IsOffWhereThereIsNone) {
  EXPECT_FALSE(FillsMemory<WithoutSwitch>);
  WithoutSwitch context;
  set_fill_memory(context, true);
  EXPECT_FALSE(fills_memory(context));
}

}  // namespace
}  // namespace ndbench
