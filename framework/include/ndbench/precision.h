#pragma once

#include <string>
#include <vector>

#include "ndbench/error.h"
#include "ndbench/torch.h"

namespace ndbench {

/// The arithmetic of a network. Weights and optimizer stay in float32 in all but float64.
enum class Precision {
  kFloat64,   ///< everything in float64: the reference for the others
  kFloat32,   ///< everything in float32; on GPUs without TF32, unless a mode sets that knob
  kTf32,      ///< GPUs: convolutions and matrix products round their inputs to 10 bits
  kBfloat16,  ///< autocast: convolutions and matrix products in bfloat16
  kFloat16,   ///< GPUs: autocast in float16, with dynamic loss scaling
};

/// "float64", "float32", "tf32", "bfloat16", "float16".
[[nodiscard]] NDBENCH_API std::vector<std::string> precision_names();

/// Reads a name and switches the process to that arithmetic where it is a switch of the process
/// (TF32 on and off).
/// @throws ndbench::Error if the name is none, or `device` cannot compute in it.
[[nodiscard]] NDBENCH_API Precision enter_precision(const std::string& name,
                                                    const torch::Device& device);

/// While alive, operations run in the precision's type where that is safe (autocast). Does nothing
/// for float64, float32 and TF32.
class NDBENCH_API Autocast {
 public:
  Autocast(Precision precision, const torch::Device& device);
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  ~Autocast();

 private:
  bool active_;
  torch::Device device_;
};

/// Keeps float16 gradients in range (Micikevicius et al. 2018, section 3.2): the loss is multiplied
/// by a scale, the gradients divided by it. A step with a gradient that is not finite is left out
/// and halves the scale; 2000 steps without one double it.
class NDBENCH_API LossScaler {
 public:
  [[nodiscard]] double scale() const { return scale_; }

  /// Divides the gradients by the scale and updates it. Waits for the device.
  /// @return whether all were finite, so that the step may be made.
  [[nodiscard]] bool unscale(const std::vector<at::Tensor>& gradients);

 private:
  double scale_ = 65536.0;
  int good_steps_ = 0;
};

}  // namespace ndbench
