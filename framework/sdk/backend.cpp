#include "ndbench/backend.h"

#include <limits>

namespace ndbench {

Scope::~Scope() = default;

double Scope::timed_seconds() const { return std::numeric_limits<double>::quiet_NaN(); }

Backend::~Backend() = default;

}  // namespace ndbench
