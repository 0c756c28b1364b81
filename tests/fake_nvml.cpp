// A libnvidia-ml.so.1 of two GPUs. FAKE_NVML_SLOWDOWNS are the second one's reasons for a lower
// clock, FAKE_NVML_PROCESS is a process that computes on it.
#include <cstdio>
#include <cstdlib>

#define NVML_FUNCTION extern "C" [[gnu::visibility("default")]] int

namespace {

unsigned number(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0U : static_cast<unsigned>(std::atoi(text));
}

char devices[2];  // their addresses are the handles

bool is_second(const void* device) { return device == &devices[1]; }

struct ProcessInfo {
  unsigned pid;
  unsigned long long used_memory;
  unsigned gpu_instance, compute_instance;
};

}  // namespace

NVML_FUNCTION nvmlInit_v2() { return 0; }

NVML_FUNCTION nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 2;
  return 0;
}

NVML_FUNCTION nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = &devices[index];
  return 0;
}

NVML_FUNCTION nvmlDeviceGetUUID(void* device, char* text, unsigned size) {
  std::snprintf(text, size, "GPU-%d", is_second(device) ? 2 : 1);
  return 0;
}

NVML_FUNCTION nvmlDeviceGetName(void* /*device*/, char* text, unsigned size) {
  std::snprintf(text, size, "Fake GPU");
  return 0;
}

NVML_FUNCTION nvmlSystemGetDriverVersion(char* text, unsigned size) {
  std::snprintf(text, size, "580.1");
  return 0;
}

NVML_FUNCTION nvmlDeviceGetMemoryInfo(void* /*device*/, unsigned long long* total_free_used) {
  total_free_used[0] = 1000;
  total_free_used[1] = 900;
  total_free_used[2] = 100;
  return 0;
}

// Not supported by the first.
NVML_FUNCTION nvmlDeviceGetPowerManagementLimit(void* device, unsigned* milliwatts) {
  *milliwatts = 700500;
  return is_second(device) ? 0 : 3;
}

NVML_FUNCTION nvmlDeviceGetEccMode(void* device, unsigned* now, unsigned* after_boot) {
  *now = *after_boot = is_second(device) ? 1 : 0;
  return 0;
}

NVML_FUNCTION nvmlDeviceGetMaxClockInfo(void* /*device*/, unsigned clock, unsigned* megahertz) {
  *megahertz = clock == 1 ? 1980 : 0;
  return 0;
}

NVML_FUNCTION nvmlDeviceGetClockInfo(void* /*device*/, unsigned clock, unsigned* megahertz) {
  *megahertz = clock == 1 ? 1500 : 0;
  return 0;
}

NVML_FUNCTION nvmlDeviceGetCurrentClocksThrottleReasons(void* device, unsigned long long* reasons) {
  *reasons = is_second(device) ? number("FAKE_NVML_SLOWDOWNS") : 0;
  return 0;
}

NVML_FUNCTION nvmlDeviceGetComputeRunningProcesses_v3(void* device, unsigned* count,
                                                      ProcessInfo* processes) {
  const unsigned process = number("FAKE_NVML_PROCESS");
  const bool has_one = is_second(device) && process != 0 && *count > 0;
  *count = has_one ? 1 : 0;
  if (has_one) processes[0] = {process, 10, 0, 0};
  return 0;
}
