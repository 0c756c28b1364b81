// The conversation of a parity check; parity.cpp has what is made of its answers.

#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>

#include "core/parity.h"
#include "core/scratch_folder.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

using Clock = std::chrono::steady_clock;

/// Leaves the pair unchecked.
struct Unchecked {
  std::string why;
  bool is_lost = false;  ///< a worker was: others may do better
};

/// One of the three workers. A failure leaves the pair unchecked: it says nothing of arithmetic,
/// and the cells will fail by themselves if it is theirs.
class ProbedWorker {
 public:
  ProbedWorker(std::string role, const ParityWorker& how, const StartWorker& start_worker)
      : role_(std::move(role)) {
    attempt([&] {
      worker_ = start_worker(how.environment);
      worker_->send(how.request);
    });
  }

  void send(const Message& request) {
    attempt([&] { worker_->send(request); });
  }

  template <typename Answer>
  Answer await() {
    Answer answer;
    attempt([&] { answer = worker_->await<Answer>(); });
    return answer;
  }

  Probe probe(const ProbeRequest& request) {
    send(request);
    return await<Probe>();
  }

 private:
  void attempt(const std::function<void()>& call) {
    try {
      call();
    } catch (const WorkerFailed& failure) {
      throw Unchecked{role_ + ": " + failure.outcome.reason, failure.outcome.is_lost};
    }
  }

  std::string role_;
  std::unique_ptr<Worker> worker_;
};

/// The reference's parameters: the cell's in float64.
Parameters in_float64(const Parameters& parameters) {
  auto values = parameters.values();
  const auto precision = values.find("precision");
  if (precision == values.end() || !std::holds_alternative<std::string>(precision->second)) {
    throw Unchecked{"the model has no parameter 'precision' to make a float64 reference with"};
  }
  precision->second = std::string("float64");
  return Parameters(std::move(values));
}

/// @param draw  which perturbation: every second one moves each weight the other way than the one
///              before, and each pair is four times the pair before, since a backend's sums may
///              round more often than the weights were moved.
void compare(const ParityRequest& request, const StartWorker& start_worker, int draw,
             Parity& parity) {
  if (request.reference_plugin.status != Status::kPassed) {
    throw Unchecked{"no backend for the reference: " + request.reference_plugin.reason};
  }
  ParityWorker reference_start = request.reference;
  reference_start.request.parameters = in_float64(request.cell.request.parameters);
  parity.precision = request.cell.request.parameters.text("precision");
  const double roundoff = unit_roundoff(parity.precision);
  if (roundoff == 0.0)
    throw Unchecked{"precision '" + parity.precision + "' has no known roundoff"};

  const double roundings = kRoundings * std::pow(4.0, draw / 2);
  const double perturbation = (draw % 2 == 0 ? roundings : -roundings) * roundoff;
  const std::uint64_t seed = request.cell.request.seeds.init + static_cast<std::uint64_t>(draw / 2);

  const ScratchFolder scratch;
  const auto file = [&](const char* role, int step) {
    return (scratch.path() / (role + std::to_string(step))).string();
  };
  ProbedWorker cell("the cell's worker", request.cell, start_worker);
  ProbedWorker reference("the reference", reference_start, start_worker);
  ProbedWorker perturbed("the perturbed reference", reference_start, start_worker);
  const std::array workers{&cell, &reference, &perturbed};
  for (ProbedWorker* worker : workers) (void)worker->await<Prepared>();

  std::vector<int> steps{1};
  if (request.later_step > 1) steps.push_back(request.later_step);
  int last = 0;
  for (const int step : steps) {
    // All three, so that dropout and the order of the batches are as far in each.
    const StepsRequest between{.settle = step - last - 1, .steps = 0};
    last = step;
    for (ProbedWorker* worker : workers) worker->send(between);
    for (ProbedWorker* worker : workers) (void)worker->await<StepSamples>();
    const Probe of_cell = cell.probe({.write = file("cell", step)});
    const Probe of_reference = reference.probe({.adopt = file("cell", step),
                                                .compare = file("cell", step),
                                                .write = file("reference", step)});
    const Probe of_perturbed = perturbed.probe({.adopt = file("cell", step),
                                                .perturbation = perturbation,
                                                .seed = seed,
                                                .compare = file("reference", step)});
    judge_step(step, of_cell, of_reference, of_perturbed, roundoff, parity);
    if (parity.status != Parity::Status::kPassed) return;
  }
  for (ProbedWorker* worker : workers) worker->send(FinishRequest{});
  for (ProbedWorker* worker : workers) (void)worker->await<Finished>();
}

/// With as many perturbations as it takes to explain the difference.
Parity compare(const ParityRequest& request, const StartWorker& start_worker) {
  const Parity blank{
      .model = request.model, .backend = request.backend, .status = Parity::Status::kPassed};
  Parity parity = blank;
  compare(request, start_worker, 0, parity);
  // Where a unit switches (ReLU, the maximum of a pool) between two roundings, the gradient
  // jumps, and a perturbation may be on this side of it. Blamed is what none explains.
  for (int draw = 1; draw < kMostPerturbations; ++draw) {
    if (parity.status != Parity::Status::kFailed) break;
    Parity other = blank;
    other.perturbations = draw + 1;
    compare(request, start_worker, draw, other);
    if (other.status == Parity::Status::kPassed) parity = other;
    parity.perturbations = other.perturbations;
  }
  return parity;
}

}  // namespace

Parity check_parity(const ParityRequest& request, const StartWorker& start_worker) {
  const Clock::time_point start = Clock::now();
  Parity parity;
  for (int attempt = 1;; ++attempt) {
    bool is_lost = false;
    const auto unchecked = [&](const std::string& why) {
      parity = {.model = request.model,
                .backend = request.backend,
                .reason = "parity not checked: " + why};
    };
    try {
      parity = compare(request, start_worker);
    } catch (const Unchecked& problem) {
      unchecked(problem.why);
      is_lost = problem.is_lost;
    } catch (const Error& error) {
      unchecked(error.what());
    }
    parity.attempts = attempt;
    if (!is_lost || attempt > request.retries) break;
  }
  parity.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return parity;
}

}  // namespace ndbench
