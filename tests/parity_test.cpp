#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/interrupt.h"
#include "core/parity_json.h"
#include "core/parity_plan.h"
#include "fake_worker.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kRoundoff = 0x1p-24;
// A perturbation that changes the gradient by 1e-6 of its size, in float32.
constexpr double kBound = 64.0 * (1e-6 + 8.0 * 0x1p-24);

/// What the three workers say of one step; as they stand, a backend that is right.
struct Answers {
  Probe cell{.loss = 2.0};
  Probe reference{.loss = 2.0,
                  .state = {{"parameters/w", 5.0, 0.0}},
                  .batch = {{"inputs", 7.0, 0.0}},
                  .gradients = {{"w", 3.0, 0.0}, {"b", 4.0, 5e-6}},
                  .gradient_count = 2};
  Probe perturbed{.loss = 2.0 + 2e-6, .gradients = {{"w", 3.0, 5e-6}, {"b", 4.0, 0.0}}};

  [[nodiscard]] Parity judged(int step = 1, double roundoff = kRoundoff) const {
    Parity parity{.status = Parity::Status::kPassed};
    judge_step(step, cell, reference, perturbed, roundoff, parity);
    return parity;
  }
};

TEST(JudgeStep, PassesWhatRoundingExplains) {
  const Parity parity = Answers().judged();
  EXPECT_EQ(parity.status, Parity::Status::kPassed) << parity.reason;
  ASSERT_THAT(parity.steps, SizeIs(1));
  const ParityStep& step = parity.steps[0];
  EXPECT_EQ(step.step, 1);
  EXPECT_DOUBLE_EQ(step.gradient.error, 1e-6);  // 5e-6 of hypot(3, 4)
  EXPECT_NEAR(step.gradient.bound, kBound, 1e-12);
  EXPECT_EQ(step.loss.error, 0.0);
  EXPECT_NEAR(step.loss.bound, kBound, 1e-12);
  EXPECT_EQ(step.worst, "b");
  EXPECT_DOUBLE_EQ(step.worst_error, 1.25e-6);
}

TEST(JudgeStep, FailsAGradientBeyondTheBoundAndNamesTheWorst) {
  Answers answers;
  answers.reference.gradients[0].error = 0.3;
  const Parity parity = answers.judged(5);
  EXPECT_EQ(parity.status, Parity::Status::kFailed);
  EXPECT_EQ(parity.reason,
            "parity failed: software difference: the gradient at step 5 is off by 6 % of its size "
            "(bound 0.0095 %), most of it in w, off by 10 %");
  EXPECT_EQ(parity.outcome().status, Status::kFailed);
  EXPECT_EQ(parity.outcome().exit_code, ExitCode::kBenchmarkFailed);
}

TEST(JudgeStep, DrawsTheLineAtTheBound) {
  Answers answers;
  answers.reference.gradients[1].error = 5.0 * kBound * 0.999;
  EXPECT_EQ(answers.judged().status, Parity::Status::kPassed);
  answers.reference.gradients[1].error = 5.0 * kBound * 1.001;
  EXPECT_EQ(answers.judged().status, Parity::Status::kFailed);
}

TEST(JudgeStep, FailsALossBeyondTheBound) {
  Answers answers;
  answers.cell.loss = 2.002;
  EXPECT_THAT(answers.judged().reason, HasSubstr("the loss at step 1 is off by 0.1 %"));
}

TEST(JudgeStep, FailsOutputsBeyondTheBound) {
  Answers answers;
  answers.reference.outputs = {{"logits", 1.0, 0.01}};
  answers.perturbed.outputs = {{"logits", 1.0, 1e-6}};
  EXPECT_THAT(answers.judged().reason, HasSubstr("the network's output at step 1 is off by 1 %"));
  answers.reference.outputs[0].error = 1e-6;
  EXPECT_EQ(answers.judged().status, Parity::Status::kPassed);
}

TEST(JudgeStep, FailsNanWhereTheReferenceIsFinite) {
  Answers answers;
  answers.reference.gradients[1].error = kNan;
  EXPECT_EQ(answers.judged().status, Parity::Status::kFailed);
  EXPECT_THAT(answers.judged().reason,
              HasSubstr("the gradient at step 1 is not finite where the reference's is, first in "
                        "b"));
  answers = Answers();
  answers.cell.loss = kNan;
  EXPECT_THAT(answers.judged().reason, HasSubstr("the loss at step 1 is not finite"));
}

TEST(JudgeStep, LeavesAReferenceThatIsNotFiniteUnchecked) {
  Answers answers;
  answers.reference.gradients[0] = {"w", kNan, kNan};
  EXPECT_EQ(answers.judged().status, Parity::Status::kUnchecked);
  answers = Answers();
  answers.reference.loss = kNan;
  EXPECT_EQ(answers.judged().status, Parity::Status::kUnchecked);
  answers = Answers();
  answers.perturbed.gradients[0].error = kNan;
  EXPECT_EQ(answers.judged().status, Parity::Status::kUnchecked);
  EXPECT_THAT(answers.judged().reason, HasSubstr("the reference itself is not finite at step 1"));
}

TEST(JudgeStep, FailsAGradientThatOneSideAloneHas) {
  Answers answers;
  answers.reference.unmatched = {"peephole"};
  EXPECT_THAT(answers.judged().reason,
              AllOf(HasSubstr("software difference"), HasSubstr("'peephole'")));
  answers.reference.gradients.clear();
  EXPECT_EQ(answers.judged().status, Parity::Status::kFailed);
}

TEST(JudgeStep, LeavesAModelWithoutGradientsUnchecked) {
  Answers answers;
  answers.reference.gradients.clear();
  answers.perturbed.gradients.clear();
  EXPECT_THAT(answers.judged().reason,
              HasSubstr("parity not checked: the model shows no gradient"));
}

TEST(JudgeStep, LeavesAZeroGradientUncheckedAndFailsAnotherThanZero) {
  Answers answers;
  answers.reference.gradients = answers.perturbed.gradients = {{"w", 0.0, 0.0}};
  EXPECT_EQ(answers.judged().status, Parity::Status::kUnchecked);
  EXPECT_THAT(answers.judged().reason, HasSubstr("the gradient at step 1 is zero"));
  answers.reference.gradients[0].error = 1e-30;
  EXPECT_EQ(answers.judged().status, Parity::Status::kFailed);
}

TEST(JudgeStep, LeavesAPrecisionThatIsTooCoarseUnchecked) {
  Answers answers;
  answers.perturbed.gradients[0].error = 0.05;
  const Parity parity = answers.judged(1, unit_roundoff("bfloat16"));
  EXPECT_EQ(parity.status, Parity::Status::kUnchecked);
  EXPECT_THAT(parity.reason, HasSubstr("too much to tell a defect"));
}

TEST(JudgeStep, FailsOtherInitialWeightsAtTheFirstStepOnly) {
  Answers answers;
  answers.reference.state[0].error = 0.05;
  EXPECT_THAT(answers.judged(1).reason,
              HasSubstr("the initial 'parameters/w' is off by 1 % of its size"));
  EXPECT_EQ(answers.judged(2).status, Parity::Status::kPassed);
}

TEST(JudgeStep, FailsAnotherBatch) {
  Answers answers;
  answers.reference.batch[0].error = 7.0;
  EXPECT_THAT(answers.judged(3).reason,
              HasSubstr("'inputs' of the batch of step 3 is off by 1e+02 % of its size"));
}

TEST(JudgeStep, FailsInputsThatTheStepChanged) {
  Answers answers;
  answers.cell.changed_inputs = {"x_batch", "y_batch"};
  EXPECT_THAT(answers.judged().reason,
              HasSubstr("inputs changed during training step 1: 'x_batch', 'y_batch'"));
}

TEST(UnitRoundoff, IsHalfTheSpacingAtOne) {
  EXPECT_EQ(unit_roundoff("float32"), 0x1p-24);
  EXPECT_EQ(unit_roundoff("bfloat16"), 0x1p-8);
  EXPECT_EQ(unit_roundoff("tf32"), unit_roundoff("float16"));
  EXPECT_EQ(unit_roundoff("float64"), 0x1p-53);
  EXPECT_EQ(unit_roundoff("int8"), 0.0);
}

/// Three workers that answer as the tests say, called cell, reference and perturbed.
class CheckParity : public testing::Test {
 protected:
  CheckParity() {
    request_.model = "m";
    request_.backend = "onednn";
    request_.cell.environment = {{"OMP_NUM_THREADS", "4"}};
    request_.cell.request.parameters = Parameters({{"precision", std::string("float32")}});
    request_.reference.environment = {{"OMP_NUM_THREADS", "1"}};
  }

  Parity check() {
    return check_parity(request_, [this](const std::map<std::string, std::string>& environment) {
      const char* names[] = {"cell", "reference", "perturbed"};
      const std::string name = names[environments_.size() % 3];
      environments_.push_back(environment);
      return std::make_unique<FakeWorker>(
          name, [this, name](const Message& request) { return answer(name, request); }, log_);
    });
  }

  Message answer(const std::string& name, const Message& request) {
    if (interfere_) interfere_(name, request);
    if (const auto* prepare = std::get_if<PrepareRequest>(&request)) {
      precisions_[name] = prepare->parameters.text("precision");
      return Prepared{};
    }
    if (const auto* steps = std::get_if<StepsRequest>(&request)) {
      return StepSamples{{}, std::vector<double>(static_cast<std::size_t>(steps->settle)), 0.0, 1};
    }
    if (const auto* probe = std::get_if<ProbeRequest>(&request)) {
      probes_.emplace_back(name, *probe);
      if (!probe->write.empty()) {
        EXPECT_TRUE(
            std::filesystem::is_directory(std::filesystem::path(probe->write).parent_path()));
        folder_ = std::filesystem::path(probe->write).parent_path();
      }
      return name == "cell"        ? answers_.cell
             : name == "reference" ? answers_.reference
                                   : answers_.perturbed;
    }
    return Finished{};
  }

  ParityRequest request_;
  Answers answers_;
  std::function<void(const std::string&, const Message&)> interfere_;
  std::vector<std::map<std::string, std::string>> environments_;
  std::map<std::string, std::string> precisions_;
  std::vector<std::pair<std::string, ProbeRequest>> probes_;
  std::filesystem::path folder_;
  std::vector<std::string> log_;
};

TEST_F(CheckParity, ComparesTwoStepsOfThreeWorkers) {
  const Parity parity = check();
  EXPECT_EQ(parity.status, Parity::Status::kPassed) << parity.reason;
  EXPECT_EQ(parity.model, "m");
  EXPECT_EQ(parity.backend, "onednn");
  ASSERT_THAT(parity.steps, SizeIs(2));
  EXPECT_EQ(parity.steps[0].step, 1);
  EXPECT_EQ(parity.steps[1].step, 5);
  EXPECT_THAT(
      log_, ElementsAre("cell prepare", "reference prepare", "perturbed prepare", "cell steps 0+0",
                        "reference steps 0+0", "perturbed steps 0+0", "cell probe",
                        "reference probe", "perturbed probe", "cell steps 3+0",
                        "reference steps 3+0", "perturbed steps 3+0", "cell probe",
                        "reference probe", "perturbed probe", "cell finish", "reference finish",
                        "perturbed finish", "perturbed gone", "reference gone", "cell gone"));
}

TEST_F(CheckParity, MakesTheReferenceInFloat64) {
  (void)check();
  EXPECT_EQ(precisions_["cell"], "float32");
  EXPECT_EQ(precisions_["reference"], "float64");
  EXPECT_EQ(precisions_["perturbed"], "float64");
  EXPECT_EQ(environments_[0].at("OMP_NUM_THREADS"), "4");
  EXPECT_EQ(environments_[2].at("OMP_NUM_THREADS"), "1");
}

TEST_F(CheckParity, HandsStateAndGradientsFromOneToTheNext) {
  (void)check();
  ASSERT_THAT(probes_, SizeIs(6));
  for (const std::size_t step : {0U, 3U}) {
    const ProbeRequest& cell = probes_[step].second;
    const ProbeRequest& reference = probes_[step + 1].second;
    const ProbeRequest& perturbed = probes_[step + 2].second;
    EXPECT_EQ(cell.adopt, "");
    EXPECT_EQ(reference.adopt, cell.write);
    EXPECT_EQ(reference.compare, cell.write);
    EXPECT_EQ(reference.perturbation, 0.0);
    EXPECT_EQ(perturbed.adopt, cell.write);
    EXPECT_EQ(perturbed.compare, reference.write);
    EXPECT_EQ(perturbed.perturbation, 8.0 * 0x1p-24);
  }
  EXPECT_NE(probes_[0].second.write, probes_[3].second.write);
}

TEST_F(CheckParity, StopsAtTheFirstStepThatDiffers) {
  answers_.reference.gradients[0].error = 1.0;
  const Parity parity = check();
  EXPECT_EQ(parity.status, Parity::Status::kFailed);
  EXPECT_THAT(probes_, SizeIs(3 * kMostPerturbations));  // of step 1 alone
  EXPECT_THAT(parity.steps, SizeIs(1));
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(CheckParity, BeginsAgainWhereAWorkerIsLost) {
  Outcome lost = failed(ExitCode::kBenchmarkFailed, "killed by SIGKILL");
  lost.is_lost = true;
  int kills = 2;
  interfere_ = [&](const std::string& name, const Message& request) {
    const bool meets = name == "reference" && std::holds_alternative<ProbeRequest>(request);
    if (meets && kills-- > 0) throw WorkerFailed{lost};
  };
  request_.retries = 2;
  const Parity parity = check();
  EXPECT_EQ(parity.status, Parity::Status::kPassed) << parity.reason;
  EXPECT_EQ(parity.attempts, 3);
  EXPECT_EQ(parity_from_json(to_json(parity)).attempts, 3);
}

TEST_F(CheckParity, EndsWhenAllAttemptsAreUsedUp) {
  Outcome lost = failed(ExitCode::kBenchmarkFailed, "killed by SIGKILL");
  lost.is_lost = true;
  interfere_ = [&](const std::string&, const Message&) { throw WorkerFailed{lost}; };
  request_.retries = 1;
  const Parity parity = check();
  EXPECT_EQ(parity.status, Parity::Status::kUnchecked);
  EXPECT_EQ(parity.attempts, 2);
  EXPECT_EQ(parity.reason, "parity not checked: the cell's worker: killed by SIGKILL");
}

TEST_F(CheckParity, TriesOtherPerturbationsBeforeItBlames) {
  answers_.reference.gradients[0].error = 1.0;
  (void)check();
  std::vector<std::pair<double, std::uint64_t>> drawn;
  for (const auto& [name, probe] : probes_) {
    if (name == "perturbed") drawn.emplace_back(probe.perturbation, probe.seed);
  }
  const double amount = 8.0 * 0x1p-24;
  const std::uint64_t seed = request_.cell.request.seeds.init;
  EXPECT_THAT(
      drawn,
      ElementsAre(testing::Pair(amount, seed), testing::Pair(-amount, seed),
                  testing::Pair(4 * amount, seed + 1), testing::Pair(-4 * amount, seed + 1),
                  testing::Pair(16 * amount, seed + 2), testing::Pair(-16 * amount, seed + 2)));
}

TEST_F(CheckParity, PassesWhatOnePerturbationExplains) {
  answers_.reference.gradients[0].error = 0.01;
  interfere_ = [this](const std::string& name, const Message& request) {
    const auto* probe = std::get_if<ProbeRequest>(&request);
    if (probe != nullptr && name == "perturbed" && probe->perturbation < 0.0) {
      answers_.perturbed.gradients[0].error = 0.001;  // the other side of a kink
    }
  };
  const Parity parity = check();
  EXPECT_EQ(parity.status, Parity::Status::kPassed) << parity.reason;
  EXPECT_EQ(parity.perturbations, 2);
  EXPECT_EQ(parity.reason, "");
  EXPECT_THAT(parity.steps, SizeIs(2));
}

TEST_F(CheckParity, ComparesOneStepIfAskedFor) {
  request_.later_step = 1;
  EXPECT_THAT(check().steps, SizeIs(1));
}

TEST_F(CheckParity, LeavesAModelWithoutFloat64Unchecked) {
  request_.cell.request.parameters = Parameters({{"depth", std::int64_t{8}}});
  const Parity parity = check();
  EXPECT_EQ(parity.status, Parity::Status::kUnchecked);
  EXPECT_EQ(parity.reason,
            "parity not checked: the model has no parameter 'precision' to make a float64 "
            "reference with");
  EXPECT_EQ(parity.outcome().status, Status::kPassed);
  EXPECT_THAT(environments_, IsEmpty());
}

TEST_F(CheckParity, LeavesAPairUncheckedWhoseWorkerFails) {
  interfere_ = [](const std::string& name, const Message& request) {
    if (name == "reference" && std::holds_alternative<PrepareRequest>(request)) {
      throw WorkerFailed{failed(ExitCode::kBenchmarkFailed, "no float64 here", "prepare")};
    }
  };
  const Parity parity = check();
  EXPECT_EQ(parity.status, Parity::Status::kUnchecked);
  EXPECT_EQ(parity.reason, "parity not checked: the reference: no float64 here");
  EXPECT_THAT(log_, testing::Contains("cell gone"));
}

TEST_F(CheckParity, LeavesAPairUncheckedWithoutThePluginOfTheReference) {
  request_.reference_plugin = failed(ExitCode::kPluginRejected, "not found");
  EXPECT_THAT(check().reason,
              AllOf(HasSubstr("no backend for the reference"), EndsWith("not found")));
}

TEST_F(CheckParity, LeavesNothingBehindWhenASignalArrives) {
  interfere_ = [](const std::string& name, const Message& request) {
    if (name == "reference" && std::holds_alternative<ProbeRequest>(request)) throw Interrupted{2};
  };
  EXPECT_THROW((void)check(), Interrupted);
  EXPECT_FALSE(folder_.empty());
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST(ParityJson, SaysWhatWasFound) {
  Answers answers;
  answers.reference.gradients[0].error = 0.3;
  Parity parity = answers.judged();
  parity.model = "m";
  parity.backend = "onednn";
  parity.precision = "float32";
  const nlohmann::json line = to_json(parity);
  EXPECT_EQ(line.at("type"), "parity");
  EXPECT_EQ(line.at("status"), "failed");
  EXPECT_EQ(line.at("steps").at(0).at("worst"), "w");
  EXPECT_DOUBLE_EQ(line.at("steps").at(0).at("gradient").at("error").get<double>(),
                   std::hypot(0.3, 5e-6) / 5.0);
  EXPECT_THAT(line.at("reason").get<std::string>(), HasSubstr("software difference"));
}

TEST(ParityJson, IsReadAsItWasWritten) {
  Answers answers;
  answers.reference.gradients[0].error = std::numeric_limits<double>::quiet_NaN();
  for (Parity parity : {answers.judged(), Parity{}}) {
    parity.model = "m";
    const nlohmann::json line = nlohmann::json::parse(to_json(parity).dump());
    EXPECT_EQ(nlohmann::json::parse(to_json(parity_from_json(line)).dump()), line);
  }
  EXPECT_THROW((void)parity_from_json({{"model", "m"}, {"status", "great"}}), Error);
  EXPECT_THROW((void)parity_from_json({{"status", 7}}), Error);
}

class NeedsParity : public testing::Test {
 protected:
  NeedsParity() {
    for (const char* backend : {"cpu", "onednn"}) {
      for (const Mode& mode : {built_in_modes()[0], built_in_modes()[1]}) {
        plan_.cells.push_back({{.name = "m", .plugin = "m", .parameters = {}, .position = {}},
                               {.name = backend, .plugin = backend, .position = {}},
                               mode,
                               ScopeKind::kStep});
      }
      roster_.backends[backend] = {};
    }
    roster_.models["m"] = {};
  }

  [[nodiscard]] bool needed() const { return needs_parity(plan_, roster_, plan_.cells[0]); }

  Plan plan_;
  Roster roster_;
};

TEST_F(NeedsParity, WhereTwoBackendsAreMeasured) { EXPECT_TRUE(needed()); }

TEST_F(NeedsParity, NotWhereOneIs) {
  plan_.cells.resize(2);
  EXPECT_FALSE(needed());
  plan_.parity.when = ParityCheck::When::kAlways;
  EXPECT_TRUE(needed());
}

TEST_F(NeedsParity, NotWhereTheOtherCannotRun) {
  roster_.backends["onednn"].outcome = skipped("not here");
  EXPECT_FALSE(needed());
  EXPECT_FALSE(needs_parity(plan_, roster_, plan_.cells[2]));
}

TEST_F(NeedsParity, NotWhereTheSuiteSaysNever) {
  plan_.parity.when = ParityCheck::When::kNever;
  EXPECT_FALSE(needed());
}

TEST_F(NeedsParity, OfTheToolingAsShippedWhereThereIsOne) {
  EXPECT_EQ(parity_cell(plan_, plan_.cells[0]), 1U);  // noisy
  EXPECT_EQ(parity_cell(plan_, plan_.cells[2]), 3U);
  plan_.cells.erase(plan_.cells.begin() + 1);
  EXPECT_EQ(parity_cell(plan_, plan_.cells[0]), 0U);
}

}  // namespace
}  // namespace ndbench
