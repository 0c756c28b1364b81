// A shared library that is no plugin: it does not export ndbench_plugin.

#include "ndbench/error.h"

extern "C" NDBENCH_API int wrong_symbol() { return 1; }
