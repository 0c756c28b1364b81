#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "core/outcome.h"
#include "core/worker.h"

namespace ndbench {

/// One quantity of a step: how far it is from the reference, and how far it may be. Relative.
struct Deviance {
  double error = 0.0;
  double bound = 0.0;
};

/// What the comparison of one training step found.
struct ParityStep {
  int step = 0;  ///< counted from 1
  Deviance loss{};
  Deviance gradient{};       ///< over all parameters, L2
  Deviance outputs{};        ///< the same of what the task shows; 0 and 0 where it shows nothing
  std::string worst{};       ///< the parameter whose gradient has the largest share of the error
  double worst_error = 0.0;  ///< of that parameter's gradient, relative to its own size
};

/// Whether a backend computes what the model says, up to rounding: before two backends are
/// compared, each is compared with one reference.
///
/// Three workers train the same steps: the *cell* (this backend, the model's precision); the
/// *reference* (backend `cpu`, or `sharded` with as many shards for a backend that cuts batches
/// into shards; one thread, deterministic, float64), which takes over the cell's state before each
/// compared step; and the *perturbed* reference, whose weights are each off by kRoundings roundings
/// of the cell's precision, up or down at random. What that perturbation does to loss and gradient
/// is what rounding could explain: the bound is kSafety times it. Beyond that bound up to
/// kMostPerturbations - 1 other perturbations are tried.
struct Parity {
  std::string model{};
  std::string backend{};
  enum class Status { kPassed, kFailed, kUnchecked } status = Status::kUnchecked;
  std::string reason{};     ///< why it failed or could not be checked
  std::string precision{};  ///< of the cell
  std::vector<ParityStep> steps{};
  int perturbations = 1;  ///< that were tried; `steps` are of the last
  int attempts = 1;       ///< more where workers were lost; the last is what counts
  double seconds = 0.0;   ///< that the check took

  /// Of the cells of this model and backend: passed unless the check failed.
  [[nodiscard]] Outcome outcome() const;
};

/// Roundings by which each weight of the perturbed reference is off.
inline constexpr double kRoundings = 8.0;
/// How many perturbations have to leave a difference unexplained before it is blamed on software.
inline constexpr int kMostPerturbations = 6;
/// Times the change that the perturbation makes; parity.md has what was measured.
inline constexpr double kSafety = 64.0;
/// A bound above this says nothing: the precision is too coarse to tell a defect from rounding.
inline constexpr double kCoarsestBound = 0.25;

/// The unit roundoff of a precision's matrix products, by its name in suites: 2^-24 of "float32".
/// 0 for an unknown one.
[[nodiscard]] double unit_roundoff(const std::string& precision);

/// How a worker of a parity check is started.
struct ParityWorker {
  std::map<std::string, std::string> environment;
  PrepareRequest request;
};

/// What check_parity() is asked for.
struct ParityRequest {
  std::string model;  ///< names in the suite
  std::string backend{};
  ParityWorker cell;
  ParityWorker reference;      ///< its precision is set here
  int retries = 0;             ///< how often all is compared again where a worker is lost
  int later_step = 5;          ///< compared beside step 1; 1: that one alone
  Outcome reference_plugin{};  ///< why there can be no reference, if there cannot
};

/// Compares a backend with the reference at step 1 and at a later one. What the check itself
/// cannot do (a worker that fails, a model without float64) leaves the pair unchecked.
/// @throws Interrupted
[[nodiscard]] Parity check_parity(const ParityRequest& request, const StartWorker& start_worker);

/// What the three workers say of one step, with the cell's unit roundoff. `parity.status` stays if
/// the step is within its bound, and becomes failed or unchecked with a reason if it is not.
void judge_step(int step, const Probe& cell, const Probe& reference, const Probe& perturbed,
                double roundoff, Parity& parity);

}  // namespace ndbench
