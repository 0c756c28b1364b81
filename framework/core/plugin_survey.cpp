#include "core/plugin_survey.h"

#include <algorithm>
#include <memory>
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

/// A plugin whose worker is asked and has not answered yet.
struct Inquiry {
  SurveyedPlugin plugin;
  std::unique_ptr<Worker> worker{};

  template <typename Call>
  void attempt(Call call) {
    if (plugin.outcome.status != Status::kPassed) return;
    try {
      call();
    } catch (const WorkerFailed& failure) {
      plugin.outcome = failure.outcome;
    }
  }
};

}  // namespace

std::vector<SurveyedPlugin> survey_plugins(const std::vector<fs::path>& plugin_path,
                                           const StartWorker& start_worker) {
  // Loading LibTorch takes a worker half a second of a core; a few at once share the machine.
  constexpr std::size_t kAtOnce = 2;
  std::vector<Inquiry> inquiries;
  for (const auto& [kind, name] : plugins_in(plugin_path)) {
    PluginSearch search = find_plugin(kind, name, plugin_path);
    inquiries.push_back({{std::move(search.file), std::move(search.outcome), {}}});
  }
  std::vector<SurveyedPlugin> plugins;
  for (std::size_t next = 0; next < inquiries.size() + kAtOnce; ++next) {
    if (next < inquiries.size()) {
      Inquiry& inquiry = inquiries[next];
      inquiry.attempt([&] {
        inquiry.worker = start_worker({});
        inquiry.worker->send(DescribeRequest{inquiry.plugin.file});
      });
    }
    if (next < kAtOnce) continue;
    Inquiry& inquiry = inquiries[next - kAtOnce];
    inquiry.attempt([&] { inquiry.plugin.description = inquiry.worker->await<Description>(); });
    inquiry.worker.reset();
    plugins.push_back(std::move(inquiry.plugin));
  }
  return plugins;
}

}  // namespace ndbench
