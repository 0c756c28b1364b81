#include "ndbench/backend.h"

namespace ndbench {

Scope::~Scope() = default;
Backend::~Backend() = default;

}  // namespace ndbench
