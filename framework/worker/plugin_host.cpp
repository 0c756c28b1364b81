#include "worker/plugin_host.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>

#include <cerrno>
#include <cstring>

#include "core/content_hash.h"

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

namespace {

/// Opens the file and leaves it open for as long as the process lives: it is loaded through this
/// descriptor, so that what was hashed is what is loaded, whatever becomes of the name meanwhile.
/// @throws Error saying what is wrong.
int open_hashed(const PluginFile& file) {
  const int descriptor = open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) {
    throw Error(std::string("it cannot be opened any more: ") + std::strerror(errno));
  }
  const std::string hash = content_hash_of_file(descriptor);
  if (hash != file.hash) {
    throw Error(
        fmt::format("it has changed since this run inspected it (XXH3-128 {}, now {}); "
                    "start the run again",
                    file.hash, hash));
  }
  return descriptor;
}

/// Debuggers, backtraces and a later dlopen() by name go by the name that the loader keeps.
void name_after(const std::string& path, void* library) {
  link_map* map = nullptr;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) return;
  if (char* name = strdup(path.c_str()); name != nullptr) map->l_name = name;
}

}  // namespace

const PluginDescriptor& open_plugin(const PluginFile& file) {
  const auto reject = [&file](const std::string& why) {
    throw PluginRejected(fmt::format("plugin '{}' rejected: {}: {}", file.name, file.path, why));
  };
  int opened_file = -1;
  try {
    opened_file = open_hashed(file);
  } catch (const std::exception& error) {
    reject(error.what());
  }
  const std::string opened = fmt::format("/proc/self/fd/{}", opened_file);
  void* library = dlopen(opened.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) reject(dlerror());
  name_after(file.path, library);
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
