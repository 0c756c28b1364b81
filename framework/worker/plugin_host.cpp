#include "worker/plugin_host.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace ndbench {
namespace {

std::string torch_version(const AbiFingerprint& abi) {
  return fmt::format("{}.{}.{}", abi.torch_major, abi.torch_minor, abi.torch_patch);
}

template <typename Value>
std::string differs(const char* what, const Value& plugin, const Value& host) {
  return fmt::format("it was built against {} {}, this program against {}; rebuild the plugin",
                     what, plugin, host);
}

std::string abi_difference(const AbiFingerprint& plugin, const AbiFingerprint& host) {
  if (plugin.interface_version != host.interface_version) {
    return differs("ndbench interface version", plugin.interface_version, host.interface_version);
  }
  if (torch_version(plugin) != torch_version(host)) {
    return differs("LibTorch", torch_version(plugin), torch_version(host));
  }
  if (plugin.cxx11_abi != host.cxx11_abi) {
    return differs("_GLIBCXX_USE_CXX11_ABI =", plugin.cxx11_abi, host.cxx11_abi);
  }
  if (plugin.debug_containers != host.debug_containers) {
    return differs("debug containers (_GLIBCXX_DEBUG) =", plugin.debug_containers,
                   host.debug_containers);
  }
  return "";
}

}  // namespace

std::string difference(const PluginDescriptor& descriptor, PluginKind kind,
                       const std::string& name) {
  if (descriptor.magic != kPluginMagic) return "its descriptor has a foreign magic number";
  if (descriptor.size < sizeof(PluginDescriptor)) {
    return fmt::format("its descriptor has {} bytes, this program reads {}; rebuild the plugin",
                       descriptor.size, sizeof(PluginDescriptor));
  }
  if (auto why = abi_difference(descriptor.abi, kAbiFingerprint); !why.empty()) return why;
  if (descriptor.kind != kind) return "it is a plugin of the other kind (model, backend)";
  if (descriptor.name == nullptr || descriptor.name != name) {
    return fmt::format("it calls itself '{}', its file name says '{}'",
                       descriptor.name == nullptr ? "" : descriptor.name, name);
  }
  const bool makes_model = descriptor.create_model != nullptr;
  const bool makes_backend = descriptor.create_backend != nullptr;
  if (makes_model != (kind == PluginKind::kModel) ||
      makes_backend != (kind == PluginKind::kBackend)) {
    return "its factories do not fit its kind";
  }
  return "";
}

const PluginDescriptor& open_plugin(const PluginFile& file) {
  const auto reject = [&file](const std::string& why) {
    throw PluginRejected(fmt::format("plugin '{}' rejected: {}: {}", file.name, file.path, why));
  };
  void* library = dlopen(file.path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) reject(dlerror());
  const auto* descriptor =
      static_cast<const PluginDescriptor*>(dlsym(library, static_cast<const char*>(kPluginSymbol)));
  if (descriptor == nullptr) {
    reject(
        fmt::format("it exports no '{}'; is it made with NDBENCH_MODEL_PLUGIN or "
                    "NDBENCH_BACKEND_PLUGIN?",
                    kPluginSymbol));
  }
  if (auto why = difference(*descriptor, file.kind, file.name); !why.empty()) reject(why);
  return *descriptor;
}

}  // namespace ndbench
