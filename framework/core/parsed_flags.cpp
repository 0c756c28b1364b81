#include "core/parsed_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "core/printable.h"
#include "core/usage_error.h"

namespace ndbench {

CLI::App& new_subcommand(CLI::App& program, const char* name, const char* summary) {
  CLI::App& app = *program.add_subcommand(name, summary);
  app.allow_extras();  // found out by whoever parses, who knows what is near
  const auto formatter = std::make_shared<CLI::Formatter>();  // not the program's
  formatter->column_width(34);
  app.formatter(formatter);
  return app;
}

void add_results(CLI::App& app, std::filesystem::path& results, const char* what) {
  app.add_option("--results", results, what)->capture_default_str();
}

void check_results(const std::filesystem::path& results) {
  if (results.empty()) throw UsageError("--results: '' is no folder");
}

void check_out(const std::optional<std::filesystem::path>& out) {
  if (out && out->empty()) throw UsageError("--out: '' is no file");
}

bool is_second(const std::string& format, const char* first, const char* second) {
  if (format != first && format != second) {
    throw UsageError(
        fmt::format("--format: '{}' is neither '{}' nor '{}'", printable(format), first, second));
  }
  return format == second;
}

}  // namespace ndbench
