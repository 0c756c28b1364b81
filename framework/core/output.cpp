#include "core/output.h"

#include <array>

namespace ndbench {
namespace {

struct UnitInfo {
  std::string_view symbol;
  double per_second;
};

UnitInfo info(TimeUnit unit) {
  constexpr std::array<UnitInfo, 4> kUnits{{{"ns", 1e9}, {"us", 1e6}, {"ms", 1e3}, {"s", 1.0}}};
  return kUnits.at(static_cast<std::size_t>(unit));
}

}  // namespace

std::string_view symbol(TimeUnit unit) { return info(unit).symbol; }

double in_unit(double seconds, TimeUnit unit) { return seconds * info(unit).per_second; }

std::unique_ptr<Output> make_output(Format format, const OutputStyle& style, Output::Sink sink) {
  switch (format) {
    case Format::kConsole:
      return make_console_output(style, std::move(sink));
    case Format::kJson:
      return make_json_output(style, std::move(sink));
    case Format::kCsv:
      return make_csv_output(style, std::move(sink));
  }
  return nullptr;
}

}  // namespace ndbench
