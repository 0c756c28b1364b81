#include "core/roster.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "elf_file.h"
#include "fake_worker.h"
#include "ndbench/error.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A suite over plugin files in a folder, whose workers describe them as the tests set.
class RosterTest : public testing::Test {
 protected:
  RosterTest() {
    suite_.modes = {built_in_modes()[0], built_in_modes()[1]};
    suite_.step.emplace();
    for (const char* name : {"model_m", "backend_cpu", "backend_gpu"}) {
      write_bytes(folder_.path() / ("libndbench_" + std::string(name) + ".so"), elf_bytes());
    }
    descriptions_["m"] = {
        "m",
        "a model",
        {{.name = "depth", .default_value = std::int64_t{20}, .summary = "layers"},
         {.name = "dropout", .default_value = 0.5, .summary = "share"}},
        "",
        {}};
    descriptions_["cpu"] = {"cpu", "a backend", {}, "", {}};
    descriptions_["gpu"] = {"gpu", "a backend", {}, "no driver", {}};
    add_model("m", "m");
    add_backend("cpu");
  }

  void add_model(const std::string& name, const std::string& plugin) {
    suite_.models.push_back({name, plugin, {}, {"s.toml", 3, 1}});
  }

  void add_backend(const std::string& name) {
    suite_.backends.push_back({.name = name, .plugin = name, .position = {}});
  }

  Roster inspect(const InquiryOptions& options = {}) {
    plan_ = make_plan(suite_, {});
    return inspect_plugins(
        plan_, {folder_.path()},
        [this](const auto& environment) {
          EXPECT_THAT(environment, IsEmpty());
          return std::make_unique<FakeWorker>(
              "worker", [this](const Message& request) { return describe(request); }, log_);
        },
        options);
  }

  Message describe(const Message& request) {
    const std::string& name = std::get<DescribeRequest>(request).plugin.name;
    log_.push_back("worker answers for " + name);
    if (const auto found = failures_.find(name); found != failures_.end()) {
      const WorkerFailed failure{found->second};
      if (--times_of_failure_ == 0) failures_.erase(found);
      throw failure;
    }
    return descriptions_.at(name);
  }

  TemporaryFolder folder_;
  Suite suite_;
  Plan plan_;
  std::map<std::string, Description> descriptions_;
  std::map<std::string, Outcome> failures_;
  int times_of_failure_ = -1;  ///< negative: always
  std::vector<std::string> log_;
};

TEST_F(RosterTest, IsEmptyForAnEmptyPlan) {
  suite_.models.clear();
  const Roster roster = inspect();
  EXPECT_THAT(roster.models, IsEmpty());
  EXPECT_THAT(roster.backends, IsEmpty());
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(RosterTest, HasEveryPluginWithItsFile) {
  const Roster roster = inspect();
  const RosterEntry& model = roster.models.at("m");
  EXPECT_EQ(model.outcome.status, Status::kPassed);
  EXPECT_EQ(model.file.kind, PluginKind::kModel);
  EXPECT_EQ(model.file.path, (folder_.path() / "libndbench_model_m.so").string());
  const RosterEntry& backend = roster.backends.at("cpu");
  EXPECT_EQ(backend.outcome.status, Status::kPassed);
  EXPECT_EQ(backend.file.kind, PluginKind::kBackend);
  EXPECT_EQ(roster.outcome(plan_.cells[0]).status, Status::kPassed);
}

TEST_F(RosterTest, StartsAWorkerForEachPluginBeforeItWaitsForAny) {
  (void)inspect();  // of two cells with the same plugins
  EXPECT_THAT(log_, ElementsAre("worker describe m", "worker describe cpu", "worker answers for m",
                                "worker gone", "worker answers for cpu", "worker gone"));
}

TEST_F(RosterTest, AsksOnceForAPluginOfManyModels) {
  add_model("deep", "m");
  add_model("deeper", "m");
  (void)inspect();
  EXPECT_EQ(std::count(log_.begin(), log_.end(), "worker describe m"), 1);
}

TEST_F(RosterTest, AsksAnotherWorkerWhereOneIsLost) {
  Outcome lost = failed(ExitCode::kBenchmarkFailed, "killed by SIGKILL");
  lost.is_lost = true;
  failures_["m"] = lost;
  times_of_failure_ = 2;
  std::vector<std::string> retried;
  const auto note = [&](const DescribedPlugin& plugin) {
    retried.push_back(plugin.file.name + ": " + plugin.outcome.reason);
  };
  const Roster roster = inspect({.retries = 2, .on_retry = note});
  EXPECT_EQ(roster.models.at("m").outcome.status, Status::kPassed);
  EXPECT_EQ(roster.models.at("m").parameters.integer("depth"), 20);
  EXPECT_THAT(retried, ElementsAre("m: killed by SIGKILL", "m: killed by SIGKILL"));
}

TEST_F(RosterTest, AsksOnceWhereAWorkerFailsOrNoRetryIsLeft) {
  failures_["cpu"] = failed(ExitCode::kPluginRejected, "another version");
  EXPECT_EQ(inspect({.retries = 5}).backends.at("cpu").outcome.reason, "another version");
  EXPECT_EQ(std::count(log_.begin(), log_.end(), "worker describe cpu"), 1);
  failures_["cpu"].is_lost = true;
  EXPECT_EQ(inspect({.retries = 1}).backends.at("cpu").outcome.reason, "another version");
  EXPECT_EQ(std::count(log_.begin(), log_.end(), "worker describe cpu"), 3);
}

TEST_F(RosterTest, GivesEachModelOfOnePluginItsOwnParameters) {
  add_model("deep", "m");
  suite_.models[1].parameters = {{"depth", std::int64_t{110}, {"s.toml", 4, 1}}};
  const Roster roster = inspect();
  EXPECT_EQ(roster.models.at("m").parameters.integer("depth"), 20);
  EXPECT_EQ(roster.models.at("deep").parameters.integer("depth"), 110);
  EXPECT_EQ(roster.models.at("deep").parameters.real("dropout"), 0.5);
}

TEST_F(RosterTest, RefusesAParameterThatTheModelDoesNotAccept) {
  suite_.models[0].parameters = {{"dept", std::int64_t{8}, {"s.toml", 4, 1}}};
  try {
    (void)inspect();
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("s.toml:4:1"));
    EXPECT_THAT(error.what(), HasSubstr("'dept'"));
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'depth'?"));
  }
}

TEST_F(RosterTest, SkipsTheCellsOfAModeThatDemandsAKnobWhichTheBackendLacks) {
  descriptions_["cpu"].knobs = {"onednn", "threads"};
  suite_.modes[0].demanded = {"onednn"};
  suite_.modes[1].demanded = {"cudnn_autotune", "onednn"};
  const Roster roster = inspect();
  EXPECT_EQ(roster.outcome(plan_.cells[0]).status, Status::kPassed);
  const Outcome outcome = roster.outcome(plan_.cells[1]);
  EXPECT_EQ(outcome.status, Status::kSkipped);
  EXPECT_EQ(outcome.reason, "backend 'cpu' has no knob 'cudnn_autotune'");
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk);
}

TEST_F(RosterTest, SkipsTheCellsOfABackendThatCannotRunHere) {
  add_backend("gpu");
  const Roster roster = inspect();
  EXPECT_EQ(roster.outcome(plan_.cells[0]).status, Status::kPassed);
  const Outcome outcome = roster.outcome(plan_.cells[2]);
  EXPECT_EQ(outcome.status, Status::kSkipped);
  EXPECT_EQ(outcome.reason, "no driver");
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk);
}

TEST_F(RosterTest, FailsTheCellsOfARequiredBackendThatCannotRunHere) {
  add_backend("gpu");
  suite_.backends[1].required = true;
  const Outcome outcome = inspect().backends.at("gpu").outcome;
  EXPECT_EQ(outcome.status, Status::kFailed);
  EXPECT_EQ(outcome.exit_code, ExitCode::kBenchmarkFailed);
  EXPECT_EQ(outcome.reason, "the suite requires this backend, which cannot run here: no driver");
}

TEST_F(RosterTest, RejectsAPluginThatIsNotThereWithoutStartingAWorker) {
  add_model("n", "n");
  const Roster roster = inspect();
  EXPECT_EQ(roster.models.at("m").outcome.status, Status::kPassed);
  const Outcome outcome = roster.outcome(plan_.cells[2]);
  EXPECT_EQ(plan_.cells[2].name(), "n/cpu/fixed/step");
  EXPECT_EQ(outcome.exit_code, ExitCode::kPluginRejected);
  EXPECT_THAT(outcome.reason, HasSubstr("model plugin 'n' not found"));
  EXPECT_THAT(log_, testing::Not(testing::Contains("worker describe n")));
}

TEST_F(RosterTest, DoesNotJudgeTheParametersOfAModelThatCannotBeDescribed) {
  suite_.models[0].parameters = {{"unknown", true, {"s.toml", 4, 1}}};
  failures_["m"] = failed(ExitCode::kPluginRejected, "other LibTorch", "load");
  const Roster roster = inspect();
  EXPECT_EQ(roster.outcome(plan_.cells[0]).reason, "other LibTorch");
  EXPECT_EQ(roster.outcome(plan_.cells[0]).exit_code, ExitCode::kPluginRejected);
}

TEST_F(RosterTest, KeepsTheOutcomeOfAWorkerThatFails) {
  failures_["cpu"] = failed(ExitCode::kBenchmarkFailed, "killed by SIGSEGV", "load");
  const Roster roster = inspect();
  EXPECT_EQ(roster.models.at("m").outcome.status, Status::kPassed);
  EXPECT_EQ(roster.outcome(plan_.cells[0]).reason, "killed by SIGSEGV");
}

TEST_F(RosterTest, TellsOfTheModelFirstWhenBothPluginsAreBad) {
  failures_["m"] = failed(ExitCode::kPluginRejected, "bad model", "load");
  failures_["cpu"] = failed(ExitCode::kPluginRejected, "bad backend", "load");
  EXPECT_EQ(inspect().outcome(plan_.cells[0]).reason, "bad model");
}

TEST_F(RosterTest, KeepsTheOutcomeOfAWorkerThatDoesNotStart) {
  plan_ = make_plan(suite_, {});
  const Roster roster =
      inspect_plugins(plan_, {folder_.path()}, [](const auto&) -> std::unique_ptr<Worker> {
        throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "cannot start")};
      });
  EXPECT_EQ(roster.models.at("m").outcome.reason, "cannot start");
  EXPECT_EQ(roster.backends.at("cpu").outcome.reason, "cannot start");
}

}  // namespace
}  // namespace ndbench
