#include "worker/libraries.h"

#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <regex>

namespace ndbench {
namespace {

/// The first group of `pattern` in `text`, or "".
std::string extract(const std::string& text, const char* pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : "";
}

}  // namespace

std::map<std::string, std::string> library_versions() {
  const std::string configuration = at::show_config();
  std::map<std::string, std::string> versions{
      {"libtorch", TORCH_VERSION},
      {"onednn", extract(at::get_mkldnn_version(), "v([0-9.]+)")},
      {"openmp", extract(at::get_openmp_version(), "OpenMP ([0-9]+)")},
      {"cpu_capability", extract(configuration, "CPU capability usage: (\\w+)")},
  };
  // LibTorch is built with MKL, or with a BLAS that it does not ask for its version. OpenBLAS tells
  // that and its core type to those who ask it by name.
  const std::string mkl = extract(at::get_mkl_version(), "Math Kernel Library Version ([0-9.]+)");
  if (!mkl.empty()) versions["blas"] = "MKL " + mkl;
  using GetConfig = char* (*)();
  if (auto* get_config = reinterpret_cast<GetConfig>(dlsym(RTLD_DEFAULT, "openblas_get_config"))) {
    versions["blas"] = get_config();
  }
  return versions;
}

}  // namespace ndbench
