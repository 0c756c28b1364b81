#include "core/software.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "core/knob.h"
#include "core/printable.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// "2.4.0+cu121" → 2, 4, 0
std::vector<int> version_numbers(const std::string& version) {
  std::vector<int> numbers;
  const char* next = version.data();
  const char* const end = next + version.size();
  while (next != end) {
    int number = 0;
    const auto [rest, error] = std::from_chars(next, end, number);
    if (error != std::errc{}) break;
    numbers.push_back(number);
    if (rest == end || *rest != '.') break;
    next = rest + 1;
  }
  return numbers;
}

std::string shown_name(const std::string& library) {
  if (library == "libtorch") return "LibTorch";
  if (library == "onednn") return "oneDNN";
  if (library == "openmp") return "OpenMP";
  if (library == "cpu_capability") return "instructions";
  return printable(library);
}

/// "LibTorch 1.13.1, oneDNN 2.6.3"; the library that all others hang on comes first.
std::string libraries_text(const std::map<std::string, std::string>& libraries) {
  std::vector<std::string> texts;
  for (const auto& [name, version] : libraries) {
    std::string text = printable(version);  // of a BLAS, this starts with its name
    if (name != "blas") text = fmt::format("{} {}", shown_name(name), text.empty() ? "none" : text);
    texts.insert(name == "libtorch" ? texts.begin() : texts.end(), std::move(text));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

Check backend(const DescribedPlugin& plugin) {
  const std::string name = "backend." + plugin.file.name;
  const std::string libraries = libraries_text(plugin.description.libraries);
  if (plugin.description.unavailable.empty()) return {name, Fitness::kOk, libraries, ""};
  return {name, Fitness::kWarn,
          fmt::format("cannot run here: {} ({})", printable(plugin.description.unavailable, 400),
                      libraries),
          "its cells will be skipped"};
}

/// Which knobs a mode can turn for this backend, and which not.
Check knobs_of(const DescribedPlugin& plugin) {
  const std::vector<std::string>& has = plugin.description.knobs;
  std::vector<std::string> lacks;
  for (const Knob& knob : knobs()) {
    if (std::find(has.begin(), has.end(), knob.name) != has.end()) continue;
    std::string text = knob.name;
    for (const LibraryFeature& feature : library_features()) {
      const auto library = plugin.description.libraries.find(feature.library);
      if (feature.knob == knob.name && library != plugin.description.libraries.end() &&
          is_before(library->second, feature.since)) {
        text += fmt::format(" (needs {} {})", shown_name(feature.library), feature.since);
      }
    }
    lacks.push_back(std::move(text));
  }
  std::vector<std::string> shown;
  for (const std::string& name : has) shown.push_back(printable(name));
  return {"knobs." + plugin.file.name, Fitness::kOk,
          fmt::format("has {}; lacks {}",
                      shown.empty() ? "none" : fmt::format("{}", fmt::join(shown, ", ")),
                      lacks.empty() ? "none" : fmt::format("{}", fmt::join(lacks, ", "))),
          ""};
}

/// What the libraries lack, whoever asks: all plugins compute with the same ones.
Check versions(const std::map<std::string, std::string>& libraries) {
  std::vector<std::string> lacks;
  for (const LibraryFeature& feature : library_features()) {
    const auto library = libraries.find(feature.library);
    if (library == libraries.end() || !is_before(library->second, feature.since)) continue;
    lacks.push_back(fmt::format("{} {} has no {} (needs {})", shown_name(feature.library),
                                printable(library->second), feature.what, feature.since));
  }
  return {"versions", Fitness::kOk,
          lacks.empty() ? "the libraries have all that ndbench asks for"
                        : fmt::format("{}", fmt::join(lacks, "; ")),
          ""};
}

}  // namespace

const std::vector<LibraryFeature>& library_features() {
  static const std::vector<LibraryFeature> all{
      {"libtorch", "2.2", "filling of new tensors", "fill_memory"},
      {"libtorch", "2.5", "deterministic switch for oneDNN, which XPUs alone read", ""},
      {"onednn", "3.4", "deterministic attribute, which GPUs alone read", ""},
  };
  return all;
}

bool is_before(const std::string& version, const std::string& since) {
  const std::vector<int> numbers = version_numbers(version);
  return !numbers.empty() && numbers < version_numbers(since);
}

std::vector<Check> judge_software(const std::vector<DescribedPlugin>& plugins,
                                  const std::vector<fs::path>& plugin_path) {
  std::vector<Check> checks;
  const std::map<std::string, std::string>* libraries = nullptr;
  bool can_run = false;
  for (const DescribedPlugin& plugin : plugins) {
    if (plugin.outcome.status != Status::kPassed) {
      checks.push_back({"plugin." + printable(plugin.file.name), Fitness::kWarn,
                        printable(plugin.outcome.reason, 600),
                        "its cells will fail; build it again, or take it away"});
    } else if (plugin.file.kind == PluginKind::kBackend) {
      checks.push_back(backend(plugin));
      if (plugin.description.unavailable.empty()) {
        checks.push_back(knobs_of(plugin));
        can_run = true;
      }
      libraries = &plugin.description.libraries;
    }
  }
  if (libraries != nullptr) checks.push_back(versions(*libraries));
  if (!can_run) {
    std::vector<std::string> folders;
    for (const fs::path& folder : plugin_path) folders.push_back(folder.string());
    checks.push_back({"backends", Fitness::kUnfit,
                      fmt::format("no backend that can run here lies in {}",
                                  printable(fmt::format("{}", fmt::join(folders, ", ")), 600)),
                      "name their folder: --plugin_path or NDBENCH_PLUGIN_PATH"});
  }
  return checks;
}

Check judge_data(const std::vector<fs::path>& data_path) {
  std::vector<std::string> folders;
  for (const fs::path& folder : data_path) {
    const fs::path set = folder / "fashion-mnist";
    const auto has = [&set](const char* file) {
      std::error_code error;
      return fs::exists(set / file, error) || fs::exists(set / (std::string(file) + ".gz"), error);
    };
    if (has("train-images-idx3-ubyte") && has("train-labels-idx1-ubyte") &&
        has("t10k-images-idx3-ubyte") && has("t10k-labels-idx1-ubyte")) {
      return {"data", Fitness::kOk,
              fmt::format("the default suite's images lie in '{}'", printable(set.string())), ""};
    }
    folders.push_back(printable(folder.string()));
  }
  return {"data", Fitness::kWarn,
          fmt::format("the default suite's images (fashion-mnist) lie in none of {}",
                      fmt::join(folders, ", ")),
          "apt-get install dataset-fashion-mnist, or see framework/docs/data.md"};
}

}  // namespace ndbench
