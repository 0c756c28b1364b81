#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/report.h"
#include "evaluated_records.h"

// One run that has a bit of everything, made by hand: what a report says of it is worked out from
// here.
namespace ndbench {

class ReportedRun {
 public:
  /// @param text  stands wherever something comes from outside.
  explicit ReportedRun(std::string text) : text_(std::move(text)) {
    run_.folder = "ndbench_results/run";
    run_.is_complete = true;
    run_.machine = {.host_name = text_,
                    .kernel = "Linux 6.1",
                    .cpu_model = "CPU " + text_,
                    .cpu_flags = {},
                    .cores = 2,
                    .hardware_threads = 4,
                    .governor = "unknown"};
    run_.plan.step.replicas = 6;
    run_.plan.epoch.replicas = 2;
    add_steps();
    add_epochs();
    add_failures();
    run_.header = {
        {"run", "0123456789abcdef0123456789abcdef"},
        {"started", "2026-11-21T22:50:01Z"},
        {"suite", {{"name", "s " + text_}, {"hash", "5eed5eed5eed"}, {"file", "/s.toml"}}},
        {"command", "ndbench_suite --suite=s " + text_},
        {"plan", plan_},
        {"provenance",
         {{"commit", "c0ffee"}, {"google_benchmark", "1.7.1"}, {"build_type", "Release"}}}};
    run_.parities = {{.model = "wrong",
                      .backend = "onednn",
                      .status = Parity::Status::kFailed,
                      .reason = "the gradient is off by 12 %: " + text_}};
    run_.summary = summarize(run_.records, run_.machine);
    fix_intervals();
  }

  [[nodiscard]] Report report() const {
    return {.run = run_,
            .histories = {{.name = "m/cpu/noisy/step",
                           .target = "f0e1d2c3b4a59687",
                           .quantity = "seconds",
                           .values = {0.25, 0.25, 0.28125},
                           .commits = {"a", "b", text_},
                           .runs = {"01", "02", "03"},
                           .started = {"2026-11-19T22:00:00Z", "2026-11-20T22:00:00Z",
                                       "2026-11-21T22:50:01Z"}},
                          {.name = "m/cpu/noisy/epoch",
                           .target = "f0e1d2c3b4a59687",
                           .quantity = "accuracy",
                           .higher_is_better = true,
                           .values = {0.5, 0.625},
                           .commits = {"a", text_},
                           .runs = {"01", "03"},
                           .started = {"2026-11-19T22:00:00Z", "2026-11-21T22:50:01Z"}}}};
  }

 private:
  /// To numbers that every processor prints alike: theirs come out of logarithms and quantiles.
  void fix_intervals() {
    for (GroupSummary& group : run_.summary.groups) {
      for (ModeSummary& mode : group.modes) {
        if (mode.cost) mode.cost = Ratio{1.25, {1.1875, 1.3125}, 0.0625, mode.cost->pairs};
        if (!mode.spread) continue;
        Sample& quality = mode.spread->quality;
        if (std::isfinite(quality.mean_interval.low)) quality.mean_interval = {0.25, 1.0};
        if (std::isfinite(quality.deviation.interval.low)) {
          quality.deviation.interval = {0.125, 0.5};
        }
      }
    }
  }

  static constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

  Record record(const std::string& model, const std::string& backend, const std::string& mode,
                ScopeKind scope, int replica) {
    Record record;
    record.cell.model.name = model;
    record.cell.backend.name = backend;
    record.cell.mode = built_in(mode);
    record.cell.scope = scope;
    record.replica = replica;
    record.prepare_seconds = 0.5;
    return record;
  }

  void add(const Record& record) {
    const std::string name = record.cell.name();
    if (run_.plan.cells.empty() || run_.plan.cells.back().name() != name) {
      run_.plan.cells.push_back(record.cell);
      plan_.push_back({{"name", name}, {"replicas", run_.plan.replicas(record.cell)}});
    }
    run_.records.push_back(record);
  }

  /// Six pairs: noisy 0.25 to 0.375 s, each twice, which makes an exact interval; fixed a quarter
  /// slower.
  void add_steps() {
    for (const char* mode : {"noisy", "fixed"}) {
      for (int replica = 0; replica < 6; ++replica) {
        Record one = record("m", "cpu", mode, ScopeKind::kStep, replica);
        const double seconds = 0.25 + 0.0625 * (replica / 2);
        one.steps.seconds = {one.cell.mode.must_repeat() ? 1.25 * seconds : seconds};
        one.steps.losses = {2.0};
        one.steps.cpu_seconds = 0.5;
        one.steps.batch_size = 16;
        one.state.hash = one.cell.mode.must_repeat() ? "5a3e" : "d1f" + std::to_string(replica);
        one.in_force = {{"threads", "2"}};
        one.peak_memory_bytes = 1048576 + replica;
        add(one);
      }
    }
  }

  Record epoch(const std::string& model, const std::string& mode, int replica, double quality) {
    Record one = record(model, "cpu", mode, ScopeKind::kEpoch, replica);
    one.epochs = {{1.5, 0.0, 0.5, 2.0, 100, 0.5, {"accuracy", quality, true, 10, {}}}};
    one.state.hash = "e" + std::to_string(replica);
    return one;
  }

  void add_epochs() {
    for (int replica = 0; replica < 2; ++replica) {
      Record one = epoch("m", "noisy", replica, 0.5 + 0.25 * replica);
      if (replica == 1) one.epochs.back().loss = kNan;
      add(one);
    }
    for (int replica = 0; replica < 2; ++replica) {  // a loss as its result, one not finite
      Record one = epoch("diverging", "noisy", replica, replica == 0 ? 0.125 : kNan);
      one.epochs.back().evaluation.metric = "mse " + text_;
      one.epochs.back().evaluation.higher_is_better = false;
      add(one);
    }
    for (int replica = 0; replica < 2; ++replica) {  // beside each other
      Record one = epoch("small", "noisy", replica, 0.25 + 0.25 * replica);
      one.epochs.back().evaluation.metric = "mse " + text_;
      one.epochs.back().evaluation.higher_is_better = false;
      one.jobs = 2;
      add(one);
    }
  }

  void add_failures() {
    Record crashed = record("crash", "cpu", "noisy", ScopeKind::kStep, 0);
    crashed.outcome = failed(ExitCode::kBenchmarkFailed, "the worker died: " + text_, "train");
    crashed.outcome.output = "last words: " + text_ + "\nand a second line ]]> <\n";
    crashed.outcome.is_lost = true;
    crashed.prepare_seconds = 0.0;
    add(crashed);
    Record first = epoch("breach", "fixed", 0, 0.5);
    add(first);
    Record other = epoch("breach", "fixed", 1, 0.5);
    other.outcome = failed(ExitCode::kDeterminismBreach, "determinism breached: " + text_);
    add(other);
    Record wrong = record("wrong", "onednn", "noisy", ScopeKind::kStep, 0);
    wrong.outcome = failed(ExitCode::kBenchmarkFailed, "the gradient is off by 12 %: " + text_);
    add(wrong);
    Record absent = record("m", "cuda", "noisy", ScopeKind::kStep, 0);
    absent.outcome = skipped("no driver: " + text_);
    add(absent);
    Record later = record(text_, "cpu", "noisy", ScopeKind::kStep, 0);
    later.steps.seconds = {0.5};
    later.steps.losses = {2.0};
    later.state.hash = "1a7e";
    later.steps.batch_size = 16;
    add(later);
    const Record never = record("never", "cpu", "noisy", ScopeKind::kStep, 0);
    run_.plan.cells.push_back(never.cell);
    plan_.push_back({{"name", never.cell.name()}, {"replicas", 6}});
  }

  std::string text_;
  MeasuredRun run_{};
  nlohmann::json plan_ = nlohmann::json::array();
};

}  // namespace ndbench
