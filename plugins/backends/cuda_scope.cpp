#include "cuda_scope.h"

#include <ATen/ATen.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <filesystem>
#include <limits>
#include <optional>

#include "cpu_scope.h"
#include "ndbench/torch_api.h"
#include "nvidia_driver.h"
#include "switches.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// The file that this process has libtorch_cpu from.
fs::path libtorch_file() {
  Dl_info info{};
  const auto* symbol = reinterpret_cast<const void*>(&at::detail::getCUDAHooks);
  return dladdr(symbol, &info) != 0 ? fs::path(info.dli_fname) : fs::path();
}

/// Loads LibTorch's CUDA part, which registers itself. Loaded once, it stays.
std::string load_problem() {
  std::error_code error;
  const fs::path file = fs::canonical(libtorch_file(), error).replace_filename("libtorch_cuda.so");
  if (error || !fs::exists(file, error)) {
    return "this LibTorch, " TORCH_VERSION ", is built without CUDA";
  }
  if (auto why = driver_problem(); !why.empty()) return why;
  if (dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) return "";
  return fmt::format(
      "LibTorch's CUDA part does not load: {}; install the CUDA libraries that "
      "LibTorch {} depends on",
      dlerror(), TORCH_VERSION);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// A device can be there and be too old, or too new, for the kernels of this LibTorch.
std::string compute_problem(c10::Device device) {
  try {
    const double two = at::ones({1}, device).add_(1).item<double>();
    return two == 2.0 ? "" : fmt::format("{} computes 1 + 1 = {}", device.str(), two);
  } catch (const c10::Error& error) {
    return fmt::format("LibTorch {} does not compute on {}: {}", TORCH_VERSION, device.str(),
                       first_line(error.what_without_backtrace()));
  }
}

class CudaScope final : public Scope {
 public:
  CudaScope(const Settings& settings, CuDnn cudnn)
      : host_(enter_cpu({.threads = settings.threads, .switches = settings.switches}, OneDnn::kOn)),
        device_(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(settings.device)),
        guard_(device_.type()),
        previous_(guard_.exchangeDevice(device_)),
        cudnn_(at::globalContext().userEnabledCuDNN()),
        deterministic_(at::globalContext().deterministicCuDNN()),
        autotune_(at::globalContext().benchmarkCuDNN()),
        tf32_(allows_tf32(device_.type())) {
    at::Context& context = at::globalContext();
    context.setUserEnabledCuDNN(cudnn == CuDnn::kOn);
    context.setDeterministicCuDNN(is_switched(settings, "cudnn_deterministic", deterministic_));
    context.setBenchmarkCuDNN(is_switched(settings, "cudnn_autotune", autotune_));
    // LibTorch allows it in convolutions by itself; here "float32" is float32 unless a mode says
    // else.
    set_tf32(device_.type(), is_switched(settings, "tf32", false));
  }

  ~CudaScope() override {
    at::Context& context = at::globalContext();
    set_tf32(device_.type(), tf32_);
    context.setBenchmarkCuDNN(autotune_);
    context.setDeterministicCuDNN(deterministic_);
    context.setUserEnabledCuDNN(cudnn_);
    guard_.uncheckedSetDevice(previous_);
  }

  [[nodiscard]] std::string device() const override { return device_.str(); }

  void synchronize() const override {
    at::detail::getCUDAHooks().deviceSynchronize(device_.index());
  }

  void begin_timing() override { record(begin_); }
  void end_timing() override { record(end_); }

  [[nodiscard]] double timed_seconds() const override {
    if (!begin_ || !end_) return std::numeric_limits<double>::quiet_NaN();
    return seconds_between_events(*begin_, *end_);
  }

  [[nodiscard]] std::int64_t peak_memory_bytes() const override {
    return peak_device_bytes(device_);
  }

  [[nodiscard]] std::map<std::string, std::string> in_force() const override {
    const at::Context& context = at::globalContext();
    const at::CUDAHooksInterface& hooks = at::detail::getCUDAHooks();
    std::map<std::string, std::string> settings = host_->in_force();
    settings["cudnn"] = switch_text(context.userEnabledCuDNN());
    settings["cudnn_deterministic"] = switch_text(context.deterministicCuDNN());
    settings["cudnn_autotune"] = switch_text(context.benchmarkCuDNN());
    settings["tf32"] = switch_text(allows_tf32(device_.type()));
    settings["device"] = device_.str();
    settings.merge(driver_facts(device_.index()));
    settings["cuda_runtime"] = std::to_string(hooks.versionCUDART());
    if (hooks.hasCuDNN()) settings["cudnn_version"] = std::to_string(hooks.versionCuDNN());
    return settings;
  }

 private:
  void record(std::optional<c10::Event>& event) {
    constexpr auto kTimed = c10::EventFlag::BACKEND_DEFAULT;
    if (!event) event.emplace(device_.type(), kTimed);
    event->record(guard_.getStream(device_));
  }

  std::unique_ptr<Scope> host_;
  c10::Device device_;
  c10::impl::VirtualGuardImpl guard_;
  c10::Device previous_;
  bool cudnn_;
  bool deterministic_;
  bool autotune_;
  bool tf32_;
  std::optional<c10::Event> begin_;
  std::optional<c10::Event> end_;
};

}  // namespace

std::string cuda_problem(CuDnn cudnn) {
  if (auto why = load_problem(); !why.empty()) return why;
  const at::CUDAHooksInterface& hooks = at::detail::getCUDAHooks();
  if (!hooks.hasCUDA()) return "LibTorch finds no CUDA device";
  if (cudnn == CuDnn::kOn && !hooks.hasCuDNN()) return "this LibTorch is built without cuDNN";
  return compute_problem(c10::Device(c10::DeviceType::CUDA, 0));
}

int cuda_device_count() { return at::detail::getCUDAHooks().getNumGPUs(); }

std::vector<std::string> cuda_knobs(CuDnn cudnn) {
  std::vector<std::string> knobs{"deterministic", "tf32", "cublas_workspace"};
  if (kCanFillMemory) knobs.emplace_back("fill_memory");
  if (cudnn == CuDnn::kOn) {
    for (const char* knob : {"cudnn_deterministic", "cudnn_autotune"}) knobs.emplace_back(knob);
  }
  return knobs;
}

std::unique_ptr<Scope> enter_cuda(const Settings& settings, CuDnn cudnn) {
  const int count = cuda_device_count();
  if (settings.device >= count) {
    throw Error(
        fmt::format("the suite's device = {} is not there: this machine shows {} GPU{}, "
                    "counted from 0",
                    settings.device, count, count == 1 ? "" : "s"));
  }
  const c10::Device device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(settings.device));
  if (auto why = compute_problem(device); !why.empty()) throw Error(why);
  return std::make_unique<CudaScope>(settings, cudnn);
}

}  // namespace ndbench
