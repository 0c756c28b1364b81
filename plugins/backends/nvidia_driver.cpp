#include "nvidia_driver.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>

namespace ndbench {
namespace {

constexpr int kSuccess = 0;  // CUDA_SUCCESS

/// A function of NVIDIA's driver; nullptr where there is no driver, or none with that function.
template <typename Function>
Function driver_function(const char* name) {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);  // loaded once, it stays
  return driver == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(driver, name));
}

/// "no CUDA-capable device is detected (error 100)", in the driver's own words.
std::string words_for(int error) {
  const char* text = nullptr;
  auto* describe = driver_function<int (*)(int, const char**)>("cuGetErrorString");
  if (describe == nullptr || describe(error, &text) != kSuccess || text == nullptr) {
    return fmt::format("error {}", error);
  }
  return fmt::format("{} (error {})", text, error);
}

/// As NVML and nvidia-smi write it: "GPU-" and groups of 8, 4, 4, 4 and 12 hexadecimal digits.
std::string uuid_text(const std::array<unsigned char, 16>& bytes) {
  std::string text = "GPU";
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    const bool begins_group = index == 0 || index == 4 || index == 6 || index == 8 || index == 10;
    text += fmt::format("{}{:02x}", begins_group ? "-" : "", bytes[index]);
  }
  return text;
}

}  // namespace

std::string driver_problem() {
  if (dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) == nullptr) {
    return "no NVIDIA driver: there is no libcuda.so.1";
  }
  auto* init = driver_function<int (*)(unsigned)>("cuInit");
  auto* count_devices = driver_function<int (*)(int*)>("cuDeviceGetCount");
  if (init == nullptr || count_devices == nullptr) return "libcuda.so.1 is no NVIDIA driver";
  if (const int error = init(0); error != kSuccess) {
    return fmt::format("the NVIDIA driver does not start: {}", words_for(error));
  }
  int count = 0;
  if (const int error = count_devices(&count); error != kSuccess) {
    return fmt::format("the NVIDIA driver does not list its devices: {}", words_for(error));
  }
  return count > 0 ? "" : "the NVIDIA driver has no device";
}

std::map<std::string, std::string> driver_facts(int device) {
  std::map<std::string, std::string> facts;
  std::array<char, 256> name{};
  std::array<unsigned char, 16> uuid{};
  int handle = 0;
  auto* get = driver_function<int (*)(int*, int)>("cuDeviceGet");
  auto* get_name = driver_function<int (*)(char*, int, int)>("cuDeviceGetName");
  auto* get_uuid = driver_function<int (*)(unsigned char*, int)>("cuDeviceGetUuid");
  if (get != nullptr && get(&handle, device) == kSuccess) {
    if (get_name != nullptr &&
        get_name(name.data(), static_cast<int>(name.size()) - 1, handle) == kSuccess) {
      facts["gpu"] = name.data();
    }
    if (get_uuid != nullptr && get_uuid(uuid.data(), handle) == kSuccess) {
      facts["gpu_uuid"] = uuid_text(uuid);
    }
  }
  int version = 0;  // 13000 for 13.0
  auto* get_version = driver_function<int (*)(int*)>("cuDriverGetVersion");
  if (get_version != nullptr && get_version(&version) == kSuccess) {
    facts["cuda_driver"] = fmt::format("{}.{}", version / 1000, version % 1000 / 10);
  }
  return facts;
}

}  // namespace ndbench
