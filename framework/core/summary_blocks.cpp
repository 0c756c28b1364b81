#include "core/summary_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/summary_text.h"
#include "core/verdicts.h"

namespace ndbench {
namespace {

using Modes = std::vector<const ModeSummary*>;

/// One row of the table of metrics: how a mode's value reads.
struct Metric {
  std::string name;
  std::function<std::string(const Spread&)> text;
};

std::string optional_text(const std::optional<double>& value) {
  return value ? number_text(*value) : "";
}

/// Of the variance that is left without the test set's; "0" where chance made it negative.
std::string distribution_text(const Spread& spread) {
  return spread.split ? number_text(std::sqrt(std::max(0.0, spread.split->distribution))) : "";
}

std::string convergence_text(const Spread& spread) {
  if (!spread.convergence) return "";
  const Convergence& convergence = *spread.convergence;
  if (convergence.reached == 0) return "none";
  const std::string mean = fmt::format("{:.2f}", convergence.mean);
  if (convergence.reached == convergence.epochs.size()) return mean;
  return fmt::format("{} ({}/{})", mean, convergence.reached, convergence.epochs.size());
}

std::vector<Metric> metrics_of(const Modes& modes) {
  std::vector<Metric> metrics{
      {"range: max - min", [](const Spread& s) { return number_text(s.quality.range); }},
      {"std beyond test set", distribution_text},
      {"churn", [](const Spread& s) { return optional_text(s.churn); }},
      {"ensemble gain",
       [](const Spread& s) { return s.ensemble_gain ? signed_text(*s.ensemble_gain) : ""; }},
      {"logit correlation", [](const Spread& s) { return optional_text(s.logit_correlation); }},
      {"logit rank correlation",
       [](const Spread& s) { return optional_text(s.logit_rank_correlation); }},
      {"worst part: std",
       [](const Spread& s) {
         const SliceSpread* worst = s.worst_slice();
         return worst == nullptr ? "" : number_text(worst->accuracy.deviation.value);
       }},
  };
  const auto& convergence = modes.front()->spread->convergence;
  if (convergence) {
    metrics.push_back({fmt::format("epochs to {:g}", convergence->target), convergence_text});
  }
  return metrics;
}

/// A row for each metric that some mode has, a column for each mode.
TextTable metric_table(const Modes& modes, const std::vector<Metric>& metrics) {
  TextTable table{.header = {""}};
  for (const ModeSummary* mode : modes) table.header.push_back(mode->mode);
  for (const Metric& metric : metrics) {
    std::vector<std::string> row{metric.name};
    for (const ModeSummary* mode : modes) row.push_back(metric.text(*mode->spread));
    if (std::any_of(row.begin() + 1, row.end(), [](const auto& text) { return !text.empty(); })) {
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

std::string factor_text(double factor) {
  return std::isnan(factor) ? "" : fmt::format("{:.1f}", factor);
}

std::string worst_line(const ModeSummary& mode, const SliceSpread& worst) {
  std::string text = fmt::format("{}: worst part {}, std {}", mode.mode, worst.name,
                                 number_text(worst.accuracy.deviation.value));
  if (!std::isnan(worst.relative)) {
    text += fmt::format(", {:.1f} times the overall", worst.relative);
  }
  if (!std::isnan(worst.relative_by_size)) {
    text += fmt::format(" (its size alone would make {:.1f})", worst.relative_by_size);
  }
  return text;
}

/// What the page says of one number over replicas.
std::vector<std::string> sample_cells(const Sample& sample) {
  return {number_text(sample.mean) + interval_text(sample.mean_interval),
          number_text(sample.deviation.value) + interval_text(sample.deviation.interval),
          method_words(sample.deviation)};
}

SummaryBlock spread_block(const GroupSummary& group) {
  SummaryBlock block{.title = "spread of " + metric_of(group)};
  Modes modes;
  std::vector<std::string> repeated;
  for (const ModeSummary& mode : group.modes) {
    if (!mode.spread || mode.replicas < 2) continue;
    mode.is_one_draw() ? repeated.push_back(mode.mode) : modes.push_back(&mode);
  }
  if (modes.empty()) return {};
  std::vector<Metric> metrics = metrics_of(modes);
  block.terminal = metric_table(modes, metrics);
  metrics.insert(metrics.begin(),
                 {{"mean [95 %]", [](const Spread& s) { return sample_cells(s.quality)[0]; }},
                  {"std [95 %]", [](const Spread& s) { return sample_cells(s.quality)[1]; }},
                  {"interval of the std by",
                   [](const Spread& s) { return method_words(s.quality.deviation); }}});
  block.page = metric_table(modes, metrics);
  for (const ModeSummary* mode : modes) {
    const SliceSpread* worst = mode->spread->worst_slice();
    if (worst != nullptr) block.lines.push_back(worst_line(*mode, *worst));
  }
  if (!repeated.empty()) {
    block.lines.push_back(
        fmt::format("no spread, each is one run repeated: {}", fmt::join(repeated, ", ")));
  }
  return block;
}

/// For the page alone: every class, attribute and sub-group in every mode that scatters.
SummaryBlock slices_block(const GroupSummary& group) {
  SummaryBlock block{.title = kSlicesTitle};
  block.page.header = {"part", "mode",      "decisions",       "accuracy [95 %]", "std [95 %]",
                       "by",   "× overall", "× by size alone", "std of FPR",      "std of FNR"};
  for (const ModeSummary& mode : group.modes) {
    if (!mode.spread || mode.replicas < 2 || mode.is_one_draw()) continue;
    for (const SliceSpread& slice : mode.spread->slices) {
      const std::vector<std::string> accuracy = sample_cells(slice.accuracy);
      block.page.rows.push_back({slice.name, mode.mode, fmt::format("{}", slice.decisions),
                                 accuracy[0], accuracy[1], accuracy[2], factor_text(slice.relative),
                                 factor_text(slice.relative_by_size),
                                 number_text(slice.false_positive_rate.deviation.value),
                                 number_text(slice.false_negative_rate.deviation.value)});
    }
  }
  return block.page.rows.empty() ? SummaryBlock{} : block;
}

std::string judgement_text(const Judged& judged) {
  switch (judged.judgement) {
    case Judgement::kRefused:
      return "not judged: " + judged.refusal;
    case Judgement::kWithinNoise:
      return "within noise, p " + probability_text(judged.test.p);
    case Judgement::kDiffers:
      return "differs, p " + probability_text(judged.test.p);
  }
  return "";
}

const std::vector<std::string> kComparisonHeader{
    "compared",       "difference of means",      "Welch's t-test",
    "found from",     "P(first > second) [95 %]", "ratio of stds",
    "Brown–Forsythe", "more epochs to the target"};

std::vector<std::string> comparison_row(const Comparison& comparison) {
  std::string epochs;
  if (comparison.more_epochs) {
    epochs = signed_text(*comparison.more_epochs);
    epochs += (epochs.empty() ? "" : "; ") + judgement_text(comparison.convergence);
  }
  const double order = comparison.superiority.probability;
  return {fmt::format("{}, {}", comparison.a, comparison.b),
          signed_text(comparison.difference),
          judgement_text(comparison.means),
          number_text(comparison.detectable),
          number_text(order) + interval_text(comparison.superiority.interval, 2),
          number_text(comparison.deviation_ratio),
          judgement_text(comparison.deviations),
          epochs};
}

bool is_one_draw(const GroupSummary& group, const std::string& mode) {
  return std::any_of(group.modes.begin(), group.modes.end(), [&](const ModeSummary& summary) {
    return summary.mode == mode && summary.is_one_draw();
  });
}

SummaryBlock modes_block(const GroupSummary& group) {
  SummaryBlock block{.title = "between modes"};
  block.page.header = kComparisonHeader;
  for (const Comparison& comparison : group.comparisons) {
    block.page.rows.push_back(comparison_row(comparison));
    // That one run was repeated stands with the spread already.
    if (!is_one_draw(group, comparison.a)) block.lines.push_back(comparison_words(comparison));
  }
  if (group.shares) block.lines.push_back(shares_words(*group.shares));
  return block.page.rows.empty() ? SummaryBlock{} : block;
}

SummaryBlock plan_block(const GroupSummary& group) {
  SummaryBlock block{.title = "more replicas would tell"};
  for (const Need& need : group.plan.needs) block.lines.push_back(need_text(group.plan, need));
  return block.lines.empty() ? SummaryBlock{} : block;
}

/// How far replicas get from replica 0. On a terminal only where they begin together: elsewhere
/// they are as far apart at the first step as ever.
std::vector<SummaryBlock> growth_blocks(const GroupSummary& group) {
  std::vector<SummaryBlock> blocks;
  for (const ModeSummary& mode : group.modes) {
    if (mode.divergence.partings.empty() || mode.divergence.growth.empty()) continue;
    const bool begins_together =
        mode.divergence.growth.front().step > 0 || mode.divergence.partings.front().at > 0;
    blocks.push_back(
        {.title = fmt::format("{}: distance from replica 0 by step", mode.mode),
         .terminal_text = begins_together
                              ? fmt::format("  {}: distance from replica 0, median of the others\n",
                                            plain(mode.mode)) +
                                    console_growth(mode.divergence)
                              : "",
         .page_text = markdown_growth(mode.divergence)});
  }
  return blocks;
}

SummaryBlock knobs_block(const GroupSummary& group) {
  if (group.knob_costs.empty()) return {};
  return {.title = "cost by knob",
          .terminal_text = console_knob_costs(group.knob_costs),
          .page_text = markdown_knob_costs(group.knob_costs)};
}

SummaryBlock disturbance_block(const GroupSummary& group) {
  const std::string text = group.disturbance.text();
  if (text.empty()) return {};
  return {.title = "contention", .lines = {text}};
}

std::vector<SummaryBlock> without_empty(std::vector<SummaryBlock> blocks) {
  std::erase_if(blocks, [](const SummaryBlock& block) { return block.title.empty(); });
  return blocks;
}

SummaryBlock backends_block(const Summary& summary) {
  SummaryBlock block{.title = "between backends"};
  block.page.header = kComparisonHeader;
  block.page.header.insert(block.page.header.begin(), "model, mode");
  for (const BackendComparison& backends : summary.backends) {
    block.lines.push_back(fmt::format("{}: {}", backends.model, backend_words(backends)));
    if (backends.is_void()) continue;
    std::vector<std::string> row = comparison_row(backends.comparison);
    row.insert(row.begin(), fmt::format("{}, {}", backends.model, backends.comparison.mode));
    block.page.rows.push_back(std::move(row));
  }
  for (const Parity& parity : summary.failed) {
    block.lines.push_back(fmt::format("{} on {}: {}", parity.model, parity.backend, parity.reason));
  }
  return block.lines.empty() ? SummaryBlock{} : block;
}

SummaryBlock attempts_block(const Summary& summary) {
  if (summary.retried == 0) return {};
  return {.title = "attempts", .lines = {retried_text(summary.retried)}};
}

}  // namespace

std::vector<SummaryBlock> blocks_of(const GroupSummary& group) {
  if (group.modes.empty()) return {};
  std::vector<SummaryBlock> blocks{disturbance_block(group), knobs_block(group)};
  for (SummaryBlock& block : growth_blocks(group)) blocks.push_back(std::move(block));
  blocks.insert(blocks.end(),
                {spread_block(group), slices_block(group), modes_block(group), plan_block(group)});
  return without_empty(std::move(blocks));
}

std::vector<SummaryBlock> blocks_of(const Summary& summary) {
  return without_empty({backends_block(summary), attempts_block(summary)});
}

}  // namespace ndbench
