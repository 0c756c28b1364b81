#include "core/plugin_survey.h"

#include <set>
#include <string>
#include <utility>

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// Kind and name of every libndbench_<kind>_<name>.so, each once.
std::set<std::pair<PluginKind, std::string>> plugins_in(const std::vector<fs::path>& path) {
  constexpr std::string_view kSuffix = ".so";
  std::set<std::pair<PluginKind, std::string>> found;
  for (const fs::path& folder : path) {
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string file = entry->path().filename().string();
      for (const auto& [kind, prefix] :
           {std::pair<PluginKind, std::string_view>{PluginKind::kModel, "libndbench_model_"},
            {PluginKind::kBackend, "libndbench_backend_"}}) {
        if (!file.starts_with(prefix) || !file.ends_with(kSuffix)) continue;
        if (file.size() <= prefix.size() + kSuffix.size()) continue;
        found.emplace(kind,
                      file.substr(prefix.size(), file.size() - prefix.size() - kSuffix.size()));
      }
    }
  }
  return found;
}

}  // namespace

std::vector<DescribedPlugin> survey_plugins(const std::vector<fs::path>& plugin_path,
                                            const StartWorker& start_worker) {
  std::vector<PluginSearch> found;
  for (const auto& [kind, name] : plugins_in(plugin_path)) {
    found.push_back(find_plugin(kind, name, plugin_path));
  }
  // Loading LibTorch takes a worker half a second of a core; a few at once share the machine.
  return describe_plugins(std::move(found), start_worker, {.at_once = 2});
}

}  // namespace ndbench
