// A libcuda.so.1 that says what FAKE_CUDA_INIT (an error code) and FAKE_CUDA_DEVICES ask for.
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace {

int number(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atoi(text);
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] int cuInit(unsigned /*flags*/) { return number("FAKE_CUDA_INIT"); }

[[gnu::visibility("default")]] int cuDeviceGetCount(int* count) {
  *count = number("FAKE_CUDA_DEVICES");
  return *count < 0 ? 3 : 0;
}

[[gnu::visibility("default")]] int cuDeviceGet(int* handle, int device) {
  *handle = 40 + device;
  return device < number("FAKE_CUDA_DEVICES") ? 0 : 101;
}

[[gnu::visibility("default")]] int cuDeviceGetName(char* name, int size, int handle) {
  std::snprintf(name, static_cast<std::size_t>(size), "Fake %d", handle);
  return 0;
}

[[gnu::visibility("default")]] int cuDeviceGetUuid(unsigned char* bytes, int handle) {
  for (int index = 0; index < 16; ++index)
    bytes[index] = static_cast<unsigned char>(handle + index);
  return 0;
}

[[gnu::visibility("default")]] int cuDriverGetVersion(int* version) {
  *version = 12040;
  return 0;
}

[[gnu::visibility("default")]] int cuGetErrorString(int error, const char** text) {
  *text = error == 100 ? "no CUDA-capable device is detected" : nullptr;
  return error == 100 ? 0 : 1;
}
}
