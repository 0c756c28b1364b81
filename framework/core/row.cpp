#include "core/row.h"

#include "core/statistics.h"

namespace ndbench {
namespace {

double coefficient_of_variation(std::span<const double> values) {
  return sample_standard_deviation(values) / mean(values);
}

Row aggregate(std::span<const Row> rows, const char* name, double (*of)(std::span<const double>)) {
  const auto over = [&](double Row::*quantity) {
    std::vector<double> values;
    for (const Row& row : rows) values.push_back(row.*quantity);
    return of(values);
  };
  Row result;
  result.name = rows.front().name;
  result.aggregate = name;
  result.family = rows.front().family;
  result.repetitions = rows.front().repetitions;
  result.iterations = static_cast<int>(rows.size());
  result.real_seconds = over(&Row::real_seconds);
  result.cpu_seconds = over(&Row::cpu_seconds);
  result.samples_per_second = over(&Row::samples_per_second);
  result.metric = rows.front().metric;
  result.quality = over(&Row::quality);
  result.loss = over(&Row::loss);
  result.compute_threads = rows.front().compute_threads;
  return result;
}

}  // namespace

std::string Row::full_name() const { return aggregate.empty() ? name : name + "_" + aggregate; }

Row row_of(const Record& record, std::size_t family, int repetitions) {
  Row row;
  row.name = record.cell.name();
  row.family = family;
  row.repetitions = repetitions;
  row.repetition = record.replica;
  row.outcome = record.outcome;
  row.state_hash = record.state.hash;
  if (record.iterations() == 0) return row;
  row.iterations = record.iterations();
  row.real_seconds = record.real_seconds();
  row.cpu_seconds = record.cpu_seconds();
  row.samples_per_second = record.samples_per_second();
  for (const MeasuredBlock& block : record.blocks) row.disturbed_blocks += !block.disturbed.empty();
  if (const Evaluation* evaluation = record.evaluation()) {
    row.metric = evaluation->metric;
    row.quality = evaluation->value;
    row.other = evaluation->other;
    row.loss = record.epochs.back().loss;
  }
  if (const auto threads = record.in_force.find("threads"); threads != record.in_force.end()) {
    row.compute_threads = threads->second;
  }
  return row;
}

std::vector<Row> aggregates_of(std::span<const Row> repetitions) {
  std::vector<Row> passed;
  for (const Row& row : repetitions) {
    if (row.outcome.status == Status::kPassed) passed.push_back(row);
  }
  if (passed.size() < 2) return {};
  return {aggregate(passed, "mean", mean), aggregate(passed, "median", median),
          aggregate(passed, "stddev", sample_standard_deviation),
          aggregate(passed, "cv", coefficient_of_variation)};
}

std::vector<Row> with_aggregates(std::span<const Row> repetitions) {
  std::vector<Row> rows;
  for (const Row& row : repetitions) {
    const bool repeated = !rows.empty() && row.outcome.status != Status::kPassed &&
                          rows.back().outcome.reason == row.outcome.reason;
    if (!repeated) rows.push_back(row);
  }
  const std::vector<Row> aggregates = aggregates_of(rows);
  rows.insert(rows.end(), aggregates.begin(), aggregates.end());
  return rows;
}

}  // namespace ndbench
