#include <nlohmann/json.hpp>

#include "core/summary.h"

namespace ndbench {
namespace {

using nlohmann::json;

json to_json(const Interval& interval) { return {interval.low, interval.high}; }

json to_json(const Deviation& deviation) {
  return {{"value", deviation.value},
          {"interval", to_json(deviation.interval)},
          {"method", deviation.is_bootstrap ? "bca-bootstrap" : "chi-square"},
          {"coverage", deviation.coverage}};
}

json to_json(const Sample& sample) {
  return {{"values", sample.values},
          {"mean", sample.mean},
          {"mean_interval", to_json(sample.mean_interval)},
          {"range", sample.range},
          {"deviation", to_json(sample.deviation)}};
}

json to_json(const SliceSpread& slice) {
  return {{"name", slice.name},
          {"decisions", slice.decisions},
          {"accuracy", to_json(slice.accuracy)},
          {"relative_deviation", slice.relative},
          {"relative_deviation_by_size", slice.relative_by_size},
          {"false_positive_rate", to_json(slice.false_positive_rate)},
          {"false_negative_rate", to_json(slice.false_negative_rate)}};
}

void add(json& object, const char* key, const std::optional<double>& value) {
  if (value) object[key] = *value;
}

json to_json(const Spread& spread) {
  json object{{"metric", spread.metric},
              {"higher_is_better", spread.higher_is_better},
              {"quality", to_json(spread.quality)}};
  add(object, "churn", spread.churn);
  add(object, "ensemble_gain", spread.ensemble_gain);
  add(object, "logit_correlation", spread.logit_correlation);
  add(object, "logit_rank_correlation", spread.logit_rank_correlation);
  if (spread.split) {
    object["variance"] = {{"observed", spread.split->observed},
                          {"test_set", spread.split->test_set},
                          {"distribution", spread.split->distribution}};
  }
  if (spread.convergence) {
    object["convergence"] = {{"target", spread.convergence->target},
                             {"epochs", spread.convergence->epochs},
                             {"reached", spread.convergence->reached},
                             {"mean", spread.convergence->mean}};
  }
  for (const SliceSpread& slice : spread.slices) object["slices"].push_back(to_json(slice));
  return object;
}

const char* name_of(CostVerdict verdict) {
  switch (verdict) {
    case CostVerdict::kRefused:
      return "refused";
    case CostVerdict::kNone:
      return "none";
    case CostVerdict::kInconclusive:
      return "inconclusive";
    case CostVerdict::kCosts:
      return "costs";
    case CostVerdict::kSaves:
      return "saves";
  }
  return "";
}

json to_json(const Ratio& cost) {
  return {{"ratio", cost.ratio},
          {"overhead", cost.overhead()},
          {"interval", to_json(cost.interval)},
          {"half_width", cost.half_width()},
          {"minimum_detectable_effect", cost.minimum_detectable_effect},
          {"pairs", cost.pairs},
          {"verdict", name_of(verdict_of(cost))}};
}

json to_json(const MedianDifference& difference) {
  return {{"distance", difference.distance},
          {"normalized_distance", difference.normalized_distance},
          {"v_c", difference.v_c},
          {"v_ermv", difference.v_ermv}};
}

/// Where replicas part from replica 0, and how far they get.
void add(json& object, const Divergence& divergence) {
  for (const Parting& parting : divergence.partings) {
    object["partings"].push_back(
        {{"after", parting.after}, {"at", parting.at}, {"by_inputs", parting.by_inputs}});
  }
  for (const GrowthRow& row : divergence.growth) {
    json growth{{"step", row.step}, {"replicas", row.replicas}};
    for (const auto& [kind, difference] : row.of_kind) growth[kind] = to_json(difference);
    object["growth"].push_back(std::move(growth));
  }
  if (!divergence.not_measured.empty()) object["growth_not_measured"] = divergence.not_measured;
}

json to_json(const ModeSummary& mode) {
  json object{{"mode", mode.mode},
              {"must_repeat", mode.must_repeat},
              {"replicas", mode.replicas},
              {"samples_per_second", mode.samples_per_second},
              {"replica_seconds", mode.replica_seconds},
              {"distinct_states", mode.distinct_states},
              {"differing_share_bound",
               mode.distinct_states == 1 ? json(differing_share_bound(mode.replicas)) : json()},
              {"verdicts", mode.verdicts}};
  if (mode.cost) object["cost"] = to_json(*mode.cost);
  if (mode.spread) object["spread"] = to_json(*mode.spread);
  if (!mode.other.empty()) object["other"] = mode.other;
  add(object, mode.divergence);
  return object;
}

json to_json(const TimeDifference& difference) {
  return {{"seconds", difference.seconds},
          {"interval", to_json(difference.interval)},
          {"share", difference.share},
          {"share_interval", to_json(difference.share_interval)},
          {"pairs", difference.pairs}};
}

json to_json(const KnobCosts& costs) {
  json knobs = json::array();
  for (const KnobCost& cost : costs.knobs) {
    json object{{"knob", cost.knob}, {"setting", cost.setting}};
    if (cost.problem.empty()) {
      object["alone"] = to_json(cost.alone);
      object["in_order"] = to_json(cost.in_order);
    } else {
      object["problem"] = cost.problem;
    }
    knobs.push_back(std::move(object));
  }
  return {{"mode", costs.mode},
          {"reference", costs.reference},
          {"knobs", knobs},
          {"total", to_json(costs.total)},
          {"interaction", to_json(costs.interaction)}};
}

json to_json(const Judged& judged) {
  json object{{"statistic", judged.test.statistic}, {"p", judged.test.p}};
  switch (judged.judgement) {
    case Judgement::kRefused:
      object["verdict"] = "refused";
      object["refusal"] = judged.refusal;
      break;
    case Judgement::kWithinNoise:
      object["verdict"] = "within noise";
      break;
    case Judgement::kDiffers:
      object["verdict"] = "differs";
      break;
  }
  return object;
}

json to_json(const Comparison& comparison) {
  json object{{"a", comparison.a},
              {"b", comparison.b},
              {"same", comparison.is_same},
              {"difference", comparison.difference},
              {"detectable_difference", comparison.detectable},
              {"means", to_json(comparison.means)},
              {"superiority",
               {{"probability", comparison.superiority.probability},
                {"interval", to_json(comparison.superiority.interval)}}},
              {"order", to_json(comparison.order)},
              {"deviation_ratio", comparison.deviation_ratio},
              {"deviations", to_json(comparison.deviations)}};
  if (comparison.more_epochs) {
    object["more_epochs"] = *comparison.more_epochs;
    object["convergence"] = to_json(comparison.convergence);
  }
  return object;
}

json to_json(const ReplicaPlan& plan) {
  json needs = json::array();
  for (const Need& need : plan.needs) {
    needs.push_back(
        {{"verdict", need.verdict}, {"replicas", need.needed}, {"seconds", plan.seconds(need)}});
  }
  return {{"replicas", plan.replicas},
          {"seconds_per_replica", plan.seconds_per_replica},
          {"needs", needs}};
}

json to_json(const GroupSummary& group) {
  json object{{"name", group.name},
              {"model", group.model},
              {"backend", group.backend},
              {"scope", group.scope}};
  if (group.modes.empty()) {
    object["problem"] = group.problem;
    return object;
  }
  object["target"] = group.target;
  object["reference"] = group.reference;
  object["plan"] = to_json(group.plan);
  object["blocks"] = {{"measured", group.disturbance.blocks},
                      {"disturbed", group.disturbance.disturbed},
                      {"still_disturbed", group.disturbance.still}};
  if (!group.disturbance.reason.empty()) object["blocks"]["reason"] = group.disturbance.reason;
  for (const KnobCosts& costs : group.knob_costs) object["knob_costs"].push_back(to_json(costs));
  for (const ModeSummary& mode : group.modes) object["modes"].push_back(to_json(mode));
  for (const Comparison& comparison : group.comparisons) {
    object["comparisons"].push_back(to_json(comparison));
  }
  if (group.shares) {
    object["noise_shares"] = {{"impl_over_all", group.shares->impl_over_all},
                              {"algo_over_all", group.shares->algo_over_all},
                              {"interaction", group.shares->interaction},
                              {"interaction_interval", to_json(group.shares->interval)},
                              {"interaction_coverage", group.shares->coverage},
                              {"replicas", group.shares->replicas}};
  }
  return object;
}

const char* name_of(Parity::Status status) {
  switch (status) {
    case Parity::Status::kUnchecked:
      return "not checked";
    case Parity::Status::kPassed:
      return "passed";
    case Parity::Status::kFailed:
      return "failed";
  }
  return "";
}

/// Without the comparison where a software difference was found: it would be read as noise.
json to_json(const BackendComparison& backends) {
  json object{{"model", backends.model},
              {"metric", backends.metric},
              {"mode", backends.comparison.mode},
              {"parity", name_of(backends.parity.status)}};
  if (!backends.parity.reason.empty()) object["parity_detail"] = backends.parity.reason;
  if (backends.is_void()) {
    object["a"] = backends.comparison.a;
    object["b"] = backends.comparison.b;
  } else {
    object.update(to_json(backends.comparison));
  }
  return object;
}

}  // namespace

json summary_json(const Summary& summary, const Machine& machine, const std::string& command) {
  json object{{"version", kSummaryVersion},
              {"type", "summary"},
              {"command", command},
              {"cpu_model", machine.cpu_model},
              {"cores", machine.cores},
              {"verdicts", summary.verdicts},
              {"verdicts_wrong_by_chance", 0.05 * static_cast<double>(summary.verdicts)},
              {"groups", json::array()},
              {"backends", json::array()}};
  for (const GroupSummary& group : summary.groups) object["groups"].push_back(to_json(group));
  for (const BackendComparison& backends : summary.backends) {
    object["backends"].push_back(to_json(backends));
  }
  if (summary.retried > 0) object["retried_replicas"] = summary.retried;
  for (const Parity& parity : summary.failed) {
    object["parity_failed"].push_back(
        {{"model", parity.model}, {"backend", parity.backend}, {"reason", parity.reason}});
  }
  return object;
}

}  // namespace ndbench
