#include "core/plugin_file.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <system_error>

#include "core/content_hash.h"
#include "core/search_path.h"
#include "core/trusted_file.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// Whether the tables that an ELF header points to lie within the file, which they do not in a
/// truncated one. Mapping such a file would end the worker by SIGBUS.
std::string damaged_elf(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0) return fmt::format("cannot be read: {}", std::strerror(errno));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  Elf64_Ehdr header{};
  if (pread(file, &header, sizeof header, 0) != sizeof header ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return "is not a shared library (no ELF header)";
  }
#if defined(__x86_64__)
  constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
  constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "name this machine's ELF number here"
#endif
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != kMachine ||
      header.e_type != ET_DYN) {
    return "is not a shared library for this machine";
  }
  const std::uint64_t sections = std::uint64_t{header.e_shnum} * header.e_shentsize;
  const std::uint64_t segments = std::uint64_t{header.e_phnum} * header.e_phentsize;
  if (header.e_shoff > size || sections > size - header.e_shoff || header.e_phoff > size ||
      segments > size - header.e_phoff) {
    return fmt::format("is truncated: {} bytes are not all that its header announces", size);
  }
  return "";
}

/// Fills in the file's hash; returns why it may not be used, if so.
std::string inspect(PluginFile& plugin) {
  const TrustedFile file(plugin.path);
  if (!file.refusal().empty()) return file.refusal();
  if (std::string why = damaged_elf(file.descriptor()); !why.empty()) return why;
  try {
    plugin.hash = content_hash_of_file(file.descriptor());
  } catch (const std::system_error& error) {
    return fmt::format("cannot be read: {}", error.what());
  }
  return "";
}

}  // namespace

std::vector<fs::path> plugin_path(const std::string& given, const fs::path& executable) {
  std::vector<fs::path> path = split_search_path(given);
  if (const char* variable = std::getenv("NDBENCH_PLUGIN_PATH")) {
    for (auto& folder : split_search_path(variable)) path.push_back(std::move(folder));
  }
  path.push_back((executable.parent_path() / "../lib/ndbench").lexically_normal());
  path.push_back((executable.parent_path() / NDBENCH_RELATIVE_PLUGIN_FOLDER).lexically_normal());
  return path;
}

PluginSearch find_plugin(PluginKind kind, const std::string& name,
                         const std::vector<fs::path>& path) {
  const char* word = kind == PluginKind::kModel ? "model" : "backend";
  const std::string file_name = fmt::format("libndbench_{}_{}.so", word, name);
  PluginSearch search{{.kind = kind, .name = name, .path = ""}, {}};
  std::string tried;
  for (const fs::path& folder : path) {
    const fs::path file = fs::absolute(folder / file_name).lexically_normal();
    std::error_code error;
    if (!fs::exists(fs::symlink_status(file, error))) {
      tried += fmt::format("\n  {}: no such file", file.string());
      continue;
    }
    search.file.path = file.string();
    if (const std::string why = inspect(search.file); !why.empty()) {
      search.outcome = failed(
          ExitCode::kPluginRejected,
          fmt::format("{} plugin '{}' rejected: {} {}", word, name, file.string(), why), "load");
    }
    return search;
  }
  search.outcome =
      failed(ExitCode::kPluginRejected,
             fmt::format("{} plugin '{}' not found; give its folder with --plugin_path or "
                         "NDBENCH_PLUGIN_PATH. Tried:{}",
                         word, name, tried),
             "load");
  return search;
}

}  // namespace ndbench
