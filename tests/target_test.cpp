#include <gtest/gtest.h>

#include "core/provenance.h"

namespace ndbench {
namespace {

Record record_on_gpu() {
  Record record;
  record.in_force = {{"threads", "2"},           {"gpu", "NVIDIA H200"},
                     {"cuda_driver", "13.0"},    {"cuda_runtime", "13000"},
                     {"cudnn_version", "91900"}, {"cudnn_autotune", "true"},
                     {"device", "cuda:0"},       {"shards", "4"}};
  record.libraries = {{"libtorch", "2.11.0"}};
  return record;
}

Machine machine() {
  Machine machine;
  machine.cpu_model = "AMD EPYC";
  machine.cores = 2;
  return machine;
}

TEST(Target, IsAnotherOnAnotherGpuDriverOrLibrary) {
  const std::string target = target_fingerprint(machine(), record_on_gpu());
  for (const char* fact :
       {"gpu", "cuda_driver", "cuda_runtime", "cudnn_version", "threads", "shards"}) {
    Record other = record_on_gpu();
    other.in_force[fact] += "1";
    EXPECT_NE(target_fingerprint(machine(), other), target) << fact;
    other.in_force.erase(fact);
    EXPECT_NE(target_fingerprint(machine(), other), target) << fact;
  }
  Record other = record_on_gpu();
  other.libraries["libtorch"] = "2.12.0";
  EXPECT_NE(target_fingerprint(machine(), other), target);
}

TEST(Target, IsTheSameWithOtherKnobsAndOnAnotherOfEqualDevices) {
  Record other = record_on_gpu();
  other.in_force["cudnn_autotune"] = "false";
  other.in_force["device"] = "cuda:1";
  other.environment["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8";
  EXPECT_EQ(target_fingerprint(machine(), other), target_fingerprint(machine(), record_on_gpu()));
}

}  // namespace
}  // namespace ndbench
