#include "worker/in_force.h"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>

#include "worker/libraries.h"

namespace ndbench {
namespace {

/// A function of a library in this process that is not linked by name; nullptr if there is none.
template <typename Function>
Function find_function(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

std::string with_case(std::string text, int (*convert)(int)) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [convert](unsigned char letter) { return static_cast<char>(convert(letter)); });
  return text;
}

/// "AVX2" from oneDNN's "cpu_isa_avx2"; "" where oneDNN is not to be found.
std::string onednn_cpu_isa() {
  auto* get_isa = find_function<int (*)()>("dnnl_get_effective_cpu_isa");
  auto* name_of = find_function<const char* (*)(int)>("dnnl_cpu_isa2str");
  if (get_isa == nullptr || name_of == nullptr) return "";
  const std::string name = name_of(get_isa());
  const std::string prefix = "cpu_isa_";
  return name.starts_with(prefix) ? with_case(name.substr(prefix.size()), &std::toupper) : "";
}

std::string openblas_core() {
  auto* get_name = find_function<char* (*)()>("openblas_get_corename");
  return get_name == nullptr ? "" : get_name();
}

/// As ATEN_CPU_CAPABILITY spells it. LibTorch calls its default "NO AVX" on x86.
std::string aten_cpu_capability() {
  const std::string name = with_case(library_versions()["cpu_capability"], &std::tolower);
  return name == "no" ? "default" : name;
}

}  // namespace

std::map<std::string, std::string> read_in_force(const Scope& scope) {
  std::map<std::string, std::string> in_force = scope.in_force();
  in_force["aten_cpu_capability"] = aten_cpu_capability();
  in_force["onednn_max_cpu_isa"] = onednn_cpu_isa();
  in_force["openblas_coretype"] = openblas_core();
  std::erase_if(in_force, [](const auto& setting) { return setting.second.empty(); });
  return in_force;
}

}  // namespace ndbench
