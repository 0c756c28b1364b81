#include "ndbench/error.h"

namespace ndbench {

Error::Error(const std::string& what) : std::runtime_error(what) {}
Error::~Error() = default;
Unsupported::~Unsupported() = default;

}  // namespace ndbench
