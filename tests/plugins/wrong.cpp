// A plugin with one fault in its descriptor: NDBENCH_TEST_FAULT, given on the compiler's command
// line, names it and the plugin.

#include <cstdlib>
#include <string_view>

#include "ndbench/plugin.h"

namespace {

constexpr std::string_view kFault = NDBENCH_TEST_FAULT;

/// Nothing may ever ask for it.
ndbench::Model* create_model() { std::abort(); }

constexpr ndbench::PluginDescriptor descriptor() {
  ndbench::PluginDescriptor wrong{ndbench::kPluginMagic,
                                  sizeof(ndbench::PluginDescriptor),
                                  ndbench::kAbiFingerprint,
                                  ndbench::PluginKind::kModel,
                                  "wrong_" NDBENCH_TEST_FAULT,
                                  "Must be refused",
                                  create_model,
                                  nullptr};
  if (kFault == "magic") wrong.magic = 0x464c457f;
  if (kFault == "size") wrong.size -= 8;
  if (kFault == "interface") wrong.abi.interface_version += 1;
  if (kFault == "torch") wrong.abi.torch_minor += 1;
  if (kFault == "cxx11_abi") wrong.abi.cxx11_abi = 1 - wrong.abi.cxx11_abi;
  if (kFault == "debug_containers") wrong.abi.debug_containers = 1 - wrong.abi.debug_containers;
  if (kFault == "kind") wrong.kind = ndbench::PluginKind::kBackend;
  if (kFault == "name") wrong.name = "someone_else";
  if (kFault == "factory") wrong.create_model = nullptr;
  return wrong;
}

}  // namespace

extern "C" NDBENCH_API constinit const ndbench::PluginDescriptor ndbench_plugin = descriptor();
