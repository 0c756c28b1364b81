#pragma once

#include <torch/version.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ndbench/backend.h"
#include "ndbench/model.h"
#include "ndbench/plugin_kind.h"

namespace ndbench {

/// Bumped on any change under include/ndbench/.
inline constexpr std::uint32_t kInterfaceVersion = 6;

/// First word of every plugin descriptor: "ndb1".
inline constexpr std::uint32_t kPluginMagic = 0x3162646e;

/// What host and plugin must agree on, field by field, so that a refusal can name the difference.
struct AbiFingerprint {
  std::uint32_t interface_version;
  std::uint32_t torch_major, torch_minor, torch_patch;
  std::uint32_t cxx11_abi;         ///< _GLIBCXX_USE_CXX11_ABI
  std::uint32_t debug_containers;  ///< 1 with _GLIBCXX_DEBUG
};

/// The fingerprint of whatever includes this header.
inline constexpr AbiFingerprint kAbiFingerprint{
    kInterfaceVersion,
    TORCH_VERSION_MAJOR,
    TORCH_VERSION_MINOR,
    TORCH_VERSION_PATCH,
    _GLIBCXX_USE_CXX11_ABI,
#ifdef _GLIBCXX_DEBUG
    1,
#else
    0,
#endif
};

/// The one symbol a plugin exports: constant-initialised data, so that reading it runs no plugin
/// code. Append-only; `magic` and `size` come first so that any foreign file can be refused.
struct PluginDescriptor {
  std::uint32_t magic;
  std::uint32_t size;
  AbiFingerprint abi;
  PluginKind kind;
  const char* name;              ///< as suites spell it: "resnet"
  const char* summary;           ///< one line
  Model* (*create_model)();      ///< non-null for models; the caller owns the result
  Backend* (*create_backend)();  ///< non-null for backends; the caller owns the result
};

static_assert(std::is_trivially_copyable_v<PluginDescriptor>);
static_assert(offsetof(PluginDescriptor, abi) == 8 && offsetof(PluginDescriptor, kind) == 32 &&
              offsetof(PluginDescriptor, name) == 40 && sizeof(PluginDescriptor) == 72);

/// The name under which a plugin exports its descriptor.
inline constexpr char kPluginSymbol[] = "ndbench_plugin";

}  // namespace ndbench

/// Exports `Type`, a default-constructible Model, under `name`. Once per plugin, at file scope.
#define NDBENCH_MODEL_PLUGIN(plugin_name, plugin_summary, Type)                               \
  extern "C" NDBENCH_API constinit const ::ndbench::PluginDescriptor ndbench_plugin {         \
    ::ndbench::kPluginMagic, sizeof(::ndbench::PluginDescriptor), ::ndbench::kAbiFingerprint, \
        ::ndbench::PluginKind::kModel, plugin_name, plugin_summary,                           \
        []() -> ::ndbench::Model* { return new Type; }, nullptr                               \
  }

/// Exports `Type`, a default-constructible Backend, under `name`. Once per plugin, at file scope.
#define NDBENCH_BACKEND_PLUGIN(plugin_name, plugin_summary, Type)                             \
  extern "C" NDBENCH_API constinit const ::ndbench::PluginDescriptor ndbench_plugin {         \
    ::ndbench::kPluginMagic, sizeof(::ndbench::PluginDescriptor), ::ndbench::kAbiFingerprint, \
        ::ndbench::PluginKind::kBackend, plugin_name, plugin_summary, nullptr,                \
        []() -> ::ndbench::Backend* { return new Type; }                                      \
  }
