#include "trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <utility>

#include "ndbench/error.h"

namespace ndbench::kernels {
namespace {

using Clock = std::chrono::steady_clock;

/// Of timing all engines of a workload, at least one round.
constexpr double kTimingSeconds = 0.5;
constexpr int kMostRounds = 20;

/// Not at::equal(): NaNs of the same bits are alike, 0 and -0 are not.
bool is_same(const at::Tensor& a, const at::Tensor& b) {
  return a.nbytes() == b.nbytes() && std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
}

double seconds_of(Engine& engine, const Synchronize& synchronize) {
  synchronize();
  const Clock::time_point start = Clock::now();
  engine.run();
  synchronize();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void compare_runs(Trial& trial, int runs, const at::Tensor& reference,
                  const Synchronize& synchronize) {
  at::Tensor first;
  for (int run = 0; run < runs; ++run) {
    // What a run does not write, or reads before it writes, differs from run to run.
    trial.engine->overwrite(run % 2 == 0 ? 0x00 : 0xFF);
    const double seconds = seconds_of(*trial.engine, synchronize);
    trial.seconds = run == 0 ? seconds : std::min(trial.seconds, seconds);
    const at::Tensor result = trial.engine->result();
    if (run == 0) {
      first = result;
      trial.error = relative_error(result, reference);
    }
    ++trial.runs;
    if (is_same(first, result)) ++trial.same;
  }
}

}  // namespace

std::string Trial::text() const {
  return fmt::format("{:.4g} s, {}marked nondeterministic, {} of {} runs alike, {:.1g} from ATen",
                     seconds, engine->is_marked_nondeterministic() ? "" : "not ", same, runs,
                     error);
}

double relative_error(const at::Tensor& result, const at::Tensor& reference) {
  const at::Tensor exact = reference.to(at::kDouble);
  return (result.to(at::kDouble) - exact).norm().item<double>() / exact.norm().item<double>();
}

std::vector<Trial> try_out(Engines engines, int runs, const at::Tensor& reference,
                           const Synchronize& synchronize) {
  std::vector<Trial> trials;
  std::map<std::string, int> seen;
  for (auto& engine : engines) {
    std::string name = engine->name();
    Trial trial{.engine = std::move(engine), .name = std::move(name)};
    if (const int count = ++seen[trial.name]; count > 1) trial.name += fmt::format(".{}", count);
    compare_runs(trial, runs, reference, synchronize);
    trials.push_back(std::move(trial));
  }
  const Clock::time_point start = Clock::now();
  for (int round = 0; round < kMostRounds; ++round) {
    for (Trial& trial : trials) {
      trial.seconds = std::min(trial.seconds, seconds_of(*trial.engine, synchronize));
    }
    if (std::chrono::duration<double>(Clock::now() - start).count() > kTimingSeconds) break;
  }
  return trials;
}

std::vector<Trial> allowed(std::vector<Trial> trials, bool deterministic_alone) {
  std::string tried;
  for (const Trial& trial : trials) {
    tried += fmt::format("{}{} ({})", tried.empty() ? "" : ", ", trial.name, trial.text());
  }
  // Written so that NaN is left out, too.
  std::erase_if(trials, [&](const Trial& trial) {
    return !(trial.error < kMostError) || (deterministic_alone && !trial.is_deterministic());
  });
  if (!trials.empty()) return trials;
  throw Unsupported(tried.empty()
                        ? "the library has no engine for this"
                        : fmt::format("no engine is right{}: {}",
                                      deterministic_alone ? " and deterministic" : "", tried));
}

std::size_t fastest(const std::vector<Trial>& trials) {
  const auto found =
      std::min_element(trials.begin(), trials.end(),
                       [](const Trial& a, const Trial& b) { return a.seconds < b.seconds; });
  return static_cast<std::size_t>(found - trials.begin());
}

}  // namespace ndbench::kernels
