// A plugin that needs a function which no library defines.

#include "ndbench/plugin.h"

extern "C" ndbench::Model* ndbench_test_defined_nowhere();

extern "C" NDBENCH_API constinit const ndbench::PluginDescriptor ndbench_plugin{
    ndbench::kPluginMagic,        sizeof(ndbench::PluginDescriptor),
    ndbench::kAbiFingerprint,     ndbench::PluginKind::kModel,
    "wrong_unresolved",           "Must be refused",
    ndbench_test_defined_nowhere, nullptr};
