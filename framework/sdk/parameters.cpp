#include "ndbench/parameters.h"

#include <fmt/format.h>

namespace ndbench {
namespace {

template <typename T>
const T& get(const std::map<std::string, ParameterValue>& values, const std::string& name,
             const char* type) {
  const auto found = values.find(name);
  if (found == values.end()) {
    throw Error(fmt::format(
        "the plugin reads parameter '{}', which it does not declare in parameters()", name));
  }
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) {
    throw Error(fmt::format("the plugin reads parameter '{}' as {}, but declares another type",
                            name, type));
  }
  return *value;
}

}  // namespace

Parameters::Parameters(std::map<std::string, ParameterValue> values) : values_(std::move(values)) {}
Parameters::~Parameters() = default;

bool Parameters::boolean(const std::string& name) const {
  return get<bool>(values_, name, "a boolean");
}

std::int64_t Parameters::integer(const std::string& name) const {
  return get<std::int64_t>(values_, name, "an integer");
}

double Parameters::real(const std::string& name) const {
  return get<double>(values_, name, "a number");
}

const std::string& Parameters::text(const std::string& name) const {
  return get<std::string>(values_, name, "text");
}

}  // namespace ndbench
