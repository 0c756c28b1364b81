#include "core/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <regex>

#include "core/intervals.h"
#include "core/knob_modes.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

const char* name_of(ScopeKind scope) { return scope == ScopeKind::kStep ? "step" : "epoch"; }

void apply(const Limits& limits, Plan& plan) {
  if (limits.replicas) plan.step.replicas = plan.epoch.replicas = *limits.replicas;
  if (limits.iterations) {
    plan.step.steps = plan.epoch.epochs = *limits.iterations;
    plan.step.blocks = std::min(plan.step.blocks, plan.step.steps);
  }
  // Without a precision on the same command line a number of replicas means just that many.
  if (limits.precision || limits.replicas) plan.step.precision = limits.precision.value_or(0.0);
  plan.step.time_cap = limits.time_cap.value_or(plan.step.time_cap);
  if (plan.step.precision > 0.0) {
    plan.step.replicas = std::max(plan.step.replicas, static_cast<int>(kFewestForMedian));
  }
  plan.minimum_seconds = limits.minimum_seconds;
  plan.minimum_warmup_seconds = limits.minimum_warmup_seconds;
  if (limits.dry_run) {
    plan.step = {.replicas = 1, .steps = 1, .warmup = 0, .blocks = 1};
    plan.epoch = {.replicas = 1, .epochs = 1, .target = plan.epoch.target};
    plan.minimum_seconds = plan.minimum_warmup_seconds = 0.0;
    plan.parity.when = ParityCheck::When::kNever;  // nothing is compared
  }
}

/// The modes of the suite, and behind them those that tell what each knob costs in a step.
std::vector<Mode> modes_of(const Suite& suite, ScopeKind scope) {
  std::vector<Mode> modes = suite.modes;
  if (scope != ScopeKind::kStep) return modes;
  for (const std::string& name : suite.step->cost_by_knob) {
    const auto mode = std::find_if(suite.modes.begin(), suite.modes.end(),
                                   [&](const Mode& listed) { return listed.name == name; });
    const Mode& reference = suite.modes[reference_mode(suite.modes)];
    for (Mode& part : knob_modes(reference, *mode)) modes.push_back(std::move(part));
  }
  return modes;
}

}  // namespace

std::string Cell::name() const {
  return fmt::format("{}/{}/{}/{}", model.name, backend.name, mode.name, name_of(scope));
}

std::string Cell::group_name() const {
  return fmt::format("{}/{}/{}", model.name, backend.name, name_of(scope));
}

std::vector<std::size_t> Plan::group_of(std::size_t cell) const {
  std::vector<std::size_t> group;
  for (std::size_t other = 0; other < cells.size(); ++other) {
    if (cells[other].group_name() == cells[cell].group_name()) group.push_back(other);
  }
  return group;
}

Plan make_plan(const Suite& suite, const Limits& limits) {
  Plan plan;
  plan.step = suite.step.value_or(StepScope{});
  plan.epoch = suite.epoch.value_or(EpochScope{});
  plan.parity = suite.parity;
  apply(limits, plan);
  std::vector<ScopeKind> scopes;
  if (suite.step) scopes.push_back(ScopeKind::kStep);
  if (suite.epoch) scopes.push_back(ScopeKind::kEpoch);
  for (const ModelEntry& model : suite.models) {
    for (const BackendEntry& backend : suite.backends) {
      for (const ScopeKind scope : scopes) {
        for (const Mode& mode : modes_of(suite, scope)) {
          plan.cells.push_back({model, backend, mode, scope});
        }
      }
    }
  }
  return plan;
}

Plan select(Plan plan, const std::string& filter) {
  if (filter.empty() || filter == "all") return plan;
  const bool negated = filter.front() == '-';
  const std::string expression = negated ? filter.substr(1) : filter;
  constexpr std::size_t kLongest = 1000;  // the library's matcher calls itself for each character
  if (expression.size() > kLongest) {
    throw UsageError(fmt::format("--benchmark_filter: {} characters are more than {}",
                                 expression.size(), kLongest));
  }
  std::regex regex;
  try {
    regex.assign(expression, std::regex_constants::extended);
  } catch (const std::regex_error& error) {
    throw UsageError(fmt::format("--benchmark_filter: '{}' is not a regular expression: {}",
                                 expression, error.what()));
  }
  std::erase_if(plan.cells,
                [&](const Cell& cell) { return std::regex_search(cell.name(), regex) == negated; });
  return plan;
}

void check_precision(const Plan& plan, const Limits& limits) {
  if (limits.time_cap && !(plan.step.precision > 0.0) && !limits.dry_run) {
    throw UsageError(
        "--time_cap: bounds how long replicas go on for a precision, and none is asked for; add "
        "--precision or leave it out");
  }
  if (!limits.precision) return;
  std::map<std::string, int> modes;
  for (const Cell& cell : plan.cells) {
    if (cell.scope == ScopeKind::kStep && ++modes[cell.group_name()] > 1) return;
  }
  throw UsageError(
      "--precision: is that of a step's cost in one mode against another, and no two modes of a "
      "step are selected; select some or leave it out");
}

int iterations_for(double wanted, double seconds, int least) {
  constexpr double kMost = 1e6;
  if (!(wanted > 0.0)) return least;
  return std::max(least, static_cast<int>(std::min(kMost, std::ceil(wanted / seconds))));
}

std::vector<std::size_t> block_order(std::size_t participants, int block, int replica) {
  std::vector<std::size_t> order(participants);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if ((block + replica) % 2 != 0) std::reverse(order.begin(), order.end());
  return order;
}

}  // namespace ndbench
