#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

// What subcommands' flags are made of.
namespace ndbench {

/// What is parsed into lives as long as the function that reads it.
template <typename Options>
struct Parsed {
  Options options{};
  std::string format = "text";
  std::vector<std::string> words{};
};

template <typename Options>
[[nodiscard]] std::shared_ptr<Parsed<Options>> parsed() {
  return std::make_shared<Parsed<Options>>();
}

[[nodiscard]] CLI::App& new_subcommand(CLI::App& program, const char* name, const char* summary);

void add_results(CLI::App& app, std::filesystem::path& results, const char* what);

// All throw UsageError naming the flag.

void check_results(const std::filesystem::path& results);
void check_out(const std::optional<std::filesystem::path>& out);

/// Whether `format` is the second of the two that there are.
[[nodiscard]] bool is_second(const std::string& format, const char* first, const char* second);

}  // namespace ndbench
