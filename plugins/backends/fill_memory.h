#pragma once

namespace ndbench {

/// Whether new tensors are filled where algorithms are deterministic: a switch that LibTorch has
/// from 2.2 on, asked for by its name, so that no version number stands here.
template <typename Context>
concept FillsMemory = requires(Context& context) {
  context.setDeterministicFillUninitializedMemory(true);
  context.deterministicFillUninitializedMemory();
};

/// False where there is no such switch.
template <typename Context>
[[nodiscard]] bool fills_memory(const Context& context) {
  if constexpr (FillsMemory<Context>) {
    return context.deterministicFillUninitializedMemory();
  } else {
    return false;
  }
}

/// Does nothing where there is no such switch: there, no backend has the knob.
template <typename Context>
void set_fill_memory(Context& context, bool is_on) {
  if constexpr (FillsMemory<Context>) context.setDeterministicFillUninitializedMemory(is_on);
}

}  // namespace ndbench
