#pragma once

#include <stdexcept>
#include <string>

#if defined(__GNUC__)
#define NDBENCH_API __attribute__((visibility("default")))
#else
#define NDBENCH_API
#endif

namespace ndbench {

/// A bad suite, bad plugin or bad machine.
///
/// The text says what is wrong, where, and what to do about it. Throw it from any plugin function:
/// the host turns it into a failed measurement of that cell alone.
class NDBENCH_API Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what);
  Error(const Error&) = default;
  ~Error() override;
};

/// What a cell asks for does not exist here: an operation that has no deterministic kernel, a
/// library that lacks it. Nothing is wrong.
///
/// Thrown from Backend::enter() or Model::create_task() it skips the cell, with this text as the
/// reason.
class NDBENCH_API Unsupported : public Error {
 public:
  using Error::Error;
  Unsupported(const Unsupported&) = default;
  ~Unsupported() override;
};

}  // namespace ndbench
