#pragma once

#include "ndbench/error.h"

namespace ndbench {

/// Wrong flags. The text names the flag and says what it takes.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace ndbench
