#include "core/plugin_survey.h"

#include <gmock/gmock.h>

#include "elf_file.h"
#include "fake_worker.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PluginSurvey : public testing::Test {
 protected:
  [[nodiscard]] std::vector<DescribedPlugin> survey() {
    return survey_plugins({folder_.path(), "/no/such/folder"}, [this](const auto&) {
      return std::make_unique<FakeWorker>(
          "worker",
          [](const Message& request) -> Message {
            const auto& plugin = std::get<DescribeRequest>(request).plugin;
            if (plugin.name == "broken") {
              throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "crashed")};
            }
            return Description{plugin.name, "summary of " + plugin.name, {}, "", {}};
          },
          log_);
    });
  }

  void add(const std::string& name) { write_bytes(folder_.path() / name, elf_bytes()); }

  TemporaryFolder folder_;
  std::vector<std::string> log_;
};

TEST_F(PluginSurvey, FindsNothingWhereThereIsNothing) { EXPECT_THAT(survey(), IsEmpty()); }

TEST_F(PluginSurvey, FindsModelsThenBackendsByName) {
  for (const char* name :
       {"libndbench_backend_cpu.so", "libndbench_model_b.so", "libndbench_model_a.so",
        "libndbench_model_.so", "libndbench_other_x.so", "libndbench_model_a.so.bak", "model"}) {
    add(name);
  }
  std::vector<std::string> names;
  for (const DescribedPlugin& plugin : survey()) {
    names.push_back(plugin.file.name);
    EXPECT_EQ(plugin.outcome.status, Status::kPassed) << plugin.outcome.reason;
    EXPECT_EQ(plugin.description.summary, "summary of " + plugin.file.name);
  }
  EXPECT_THAT(names, ElementsAre("a", "b", "cpu"));
}

TEST_F(PluginSurvey, GoesOnAfterOneThatFailsOrIsRefused) {
  add("libndbench_model_broken.so");
  add("libndbench_model_fine.so");
  write_bytes(folder_.path() / "libndbench_model_text.so", "not a library");
  const auto plugins = survey();
  ASSERT_EQ(plugins.size(), 3U);
  EXPECT_EQ(plugins[0].outcome.reason, "crashed");
  EXPECT_EQ(plugins[1].outcome.status, Status::kPassed);
  EXPECT_THAT(plugins[2].outcome.reason, HasSubstr("is not a shared library"));
}

}  // namespace
}  // namespace ndbench
