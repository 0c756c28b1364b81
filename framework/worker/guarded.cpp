#include "worker/guarded.h"

#include <c10/util/Exception.h>
#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <typeinfo>

#include "worker/plugin_host.h"

namespace ndbench {
namespace {

std::string type_name(const std::type_info* type) {
  if (type == nullptr) return "unknown";
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : type->name();
}

}  // namespace

std::optional<Failure> guarded(const std::function<void()>& call) {
  try {
    call();
    return std::nullopt;
  } catch (const PluginRejected& error) {
    return Failure{true, "", error.what()};
  } catch (const c10::Error& error) {
    return Failure{false, "", error.what_without_backtrace()};
  } catch (const Unsupported& error) {
    return Failure{false, "", error.what(), true};
  } catch (const Error& error) {
    return Failure{false, "", error.what()};
  } catch (const std::bad_alloc&) {
    return Failure{false, "", "out of memory (std::bad_alloc)"};
  } catch (const std::exception& error) {
    return Failure{false, "", type_name(&typeid(error)) + ": " + error.what()};
  } catch (...) {
    return Failure{false, "", "threw a " + type_name(abi::__cxa_current_exception_type())};
  }
}

}  // namespace ndbench
