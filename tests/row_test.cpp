#include "core/row.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

namespace ndbench {
namespace {

using testing::IsEmpty;

Record step_record(const std::vector<double>& seconds) {
  Record record;
  record.cell.model.name = "m";
  record.cell.backend.name = "cpu";
  record.cell.mode.name = "fixed";
  record.cell.scope = ScopeKind::kStep;
  record.replica = 2;
  record.steps = {seconds, std::vector(seconds.size() + 1, 0.5), 3.0, 16};
  record.in_force = {{"threads", "4"}};
  record.state.hash = "ab";
  return record;
}

Record epoch_record() {
  Record record = step_record({});
  record.cell.scope = ScopeKind::kEpoch;
  record.epochs = {{1.0, 0.0, 0.5, 2.0, 100, 0.9, {"accuracy", 0.25, true, 10, {}}},
                   {2.0, 0.0, 0.5, 4.0, 100, 0.8, {"accuracy", 0.75, true, 10, {}}}};
  return record;
}

Row row_with(double seconds, Status status = Status::kPassed) {
  Row row;
  row.name = "m/cpu/fixed/step";
  row.family = 3;
  row.repetitions = 4;
  row.outcome.status = status;
  row.iterations = 8;
  row.real_seconds = seconds;
  row.cpu_seconds = 2.0 * seconds;
  row.samples_per_second = 1.0 / seconds;
  row.compute_threads = "4";
  row.state_hash = "ab";
  return row;
}

TEST(Row, OfAStepHasTheMedianStep) {
  const Row row = row_of(step_record({0.5, 0.25, 1.0}), 7, 5);
  EXPECT_EQ(row.name, "m/cpu/fixed/step");
  EXPECT_EQ(row.full_name(), "m/cpu/fixed/step");
  EXPECT_EQ(row.aggregate, "");
  EXPECT_EQ(row.family, 7U);
  EXPECT_EQ(row.repetitions, 5);
  EXPECT_EQ(row.repetition, 2);
  EXPECT_EQ(row.iterations, 3);
  EXPECT_EQ(row.real_seconds, 0.5);
  EXPECT_EQ(row.cpu_seconds, 1.0);          // 3 s in 3 steps
  EXPECT_EQ(row.samples_per_second, 32.0);  // 16 in half a second
  EXPECT_EQ(row.metric, "");
  EXPECT_TRUE(std::isnan(row.quality));
  EXPECT_TRUE(std::isnan(row.loss));
  EXPECT_EQ(row.state_hash, "ab");
  EXPECT_EQ(row.compute_threads, "4");
}

TEST(Row, OfEpochsHasTheirMeanTimeAndTheLastQuality) {
  const Row row = row_of(epoch_record(), 0, 3);
  EXPECT_EQ(row.name, "m/cpu/fixed/epoch");
  EXPECT_EQ(row.iterations, 2);
  EXPECT_EQ(row.real_seconds, 2.0);  // (1.5 + 2.5) / 2
  EXPECT_EQ(row.cpu_seconds, 3.0);
  EXPECT_EQ(row.samples_per_second, 50.0);
  EXPECT_EQ(row.metric, "accuracy");
  EXPECT_EQ(row.quality, 0.75);
  EXPECT_EQ(row.loss, 0.8);
}

TEST(Row, OfNothingMeasuredHasNoQuantities) {
  Record record = step_record({});
  record.outcome = failed(ExitCode::kBenchmarkFailed, "no data");
  record.in_force.clear();
  const Row row = row_of(record, 0, 1);
  EXPECT_EQ(row.outcome.reason, "no data");
  EXPECT_EQ(row.iterations, 0);
  EXPECT_TRUE(std::isnan(row.real_seconds));
  EXPECT_TRUE(std::isnan(row.cpu_seconds));
  EXPECT_TRUE(std::isnan(row.samples_per_second));
  EXPECT_EQ(row.compute_threads, "");
}

TEST(Row, KeepsTheOutcomeBesideWhatWasMeasured) {
  Record record = step_record({0.5});
  record.outcome = failed(ExitCode::kDeterminismBreach, "breached");
  const Row row = row_of(record, 0, 1);
  EXPECT_EQ(row.outcome.status, Status::kFailed);
  EXPECT_EQ(row.real_seconds, 0.5);
}

TEST(Row, CountsTheBlocksThatStayedDisturbed) {
  Record record = step_record({0.5, 0.25});
  record.blocks.resize(3);
  record.discarded.resize(1);
  record.discarded[0].disturbed = "a neighbour";
  EXPECT_EQ(row_of(record, 0, 1).disturbed_blocks, 0U);
  record.blocks[1].disturbed = record.blocks[2].disturbed = "a neighbour";
  EXPECT_EQ(row_of(record, 0, 1).disturbed_blocks, 2U);
}

TEST(Aggregates, NeedTwoRepetitions) {
  EXPECT_THAT(aggregates_of({}), IsEmpty());
  EXPECT_THAT(aggregates_of(std::vector{row_with(1.0)}), IsEmpty());
  EXPECT_EQ(aggregates_of(std::vector{row_with(1.0), row_with(1.0)}).size(), 4U);
}

TEST(Aggregates, AreMeanMedianDeviationAndItsShareOfTheMean) {
  const std::vector<Row> aggregates =
      aggregates_of(std::vector{row_with(1.0), row_with(2.0), row_with(6.0)});
  ASSERT_EQ(aggregates.size(), 4U);
  EXPECT_EQ(aggregates[0].full_name(), "m/cpu/fixed/step_mean");
  EXPECT_EQ(aggregates[0].real_seconds, 3.0);
  EXPECT_EQ(aggregates[0].cpu_seconds, 6.0);
  EXPECT_DOUBLE_EQ(aggregates[0].samples_per_second, (1.0 + 1.0 / 2.0 + 1.0 / 6.0) / 3.0);
  EXPECT_EQ(aggregates[1].full_name(), "m/cpu/fixed/step_median");
  EXPECT_EQ(aggregates[1].real_seconds, 2.0);
  EXPECT_EQ(aggregates[1].samples_per_second, 0.5);
  EXPECT_EQ(aggregates[2].full_name(), "m/cpu/fixed/step_stddev");
  EXPECT_DOUBLE_EQ(aggregates[2].real_seconds, std::sqrt(7.0));  // (4 + 1 + 9) / 2
  EXPECT_EQ(aggregates[3].full_name(), "m/cpu/fixed/step_cv");
  EXPECT_DOUBLE_EQ(aggregates[3].real_seconds, std::sqrt(7.0) / 3.0);
  for (const Row& row : aggregates) EXPECT_EQ(row.is_relative(), row.aggregate == "cv");
}

TEST(Aggregates, StandBehindTheirRowsAndAFailureThatIsRepeatedStandsOnce) {
  Row broken = row_with(1.0);
  broken.outcome = failed(ExitCode::kBenchmarkFailed, "no data");
  const std::vector<Row> rows =
      with_aggregates(std::vector{row_with(1.0), row_with(1.0), broken, broken});
  ASSERT_EQ(rows.size(), 3U + 4U);
  EXPECT_EQ(rows[2].outcome.reason, "no data");
  EXPECT_EQ(rows[3].aggregate, "mean");
}

TEST(Aggregates, SayWhatTheyAreOf) {
  for (const Row& row : aggregates_of(std::vector{row_with(1.0), row_with(2.0), row_with(6.0)})) {
    EXPECT_EQ(row.name, "m/cpu/fixed/step");
    EXPECT_EQ(row.family, 3U);
    EXPECT_EQ(row.repetitions, 4);
    EXPECT_EQ(row.iterations, 3);  // as many as they summarise
    EXPECT_EQ(row.compute_threads, "4");
    EXPECT_EQ(row.state_hash, "");
    EXPECT_EQ(row.outcome.status, Status::kPassed);
  }
}

TEST(Aggregates, HaveNoSpreadAtAllForEqualSamples) {
  // Sums of squares would give 1.9e-9 for three times 0.1.
  for (const std::size_t n : {2U, 3U, 10U}) {
    const std::vector<Row> aggregates = aggregates_of(std::vector(n, row_with(0.1)));
    EXPECT_EQ(aggregates[0].real_seconds, 0.1) << n;
    EXPECT_EQ(aggregates[1].real_seconds, 0.1) << n;
    EXPECT_EQ(aggregates[2].real_seconds, 0.0) << n;
    EXPECT_EQ(aggregates[3].real_seconds, 0.0) << n;
  }
}

TEST(Aggregates, LeaveOutWhatDidNotPass) {
  const std::vector<Row> rows{row_with(100.0, Status::kFailed), row_with(1.0),
                              row_with(200.0, Status::kSkipped), row_with(3.0)};
  const std::vector<Row> aggregates = aggregates_of(rows);
  ASSERT_EQ(aggregates.size(), 4U);
  EXPECT_EQ(aggregates[0].real_seconds, 2.0);
  EXPECT_EQ(aggregates[0].iterations, 2);
  EXPECT_THAT(aggregates_of(std::span(rows).first(3)), IsEmpty());
}

TEST(Aggregates, OfADivergedQualityAreNoNumbersWhileTheTimeIs) {
  Row diverged = row_with(1.0);
  diverged.metric = "mse";
  Row converged = diverged;
  converged.quality = 0.5;
  const std::vector<Row> aggregates = aggregates_of(std::vector{converged, diverged});
  for (const Row& row : aggregates) {
    EXPECT_EQ(row.metric, "mse");
    EXPECT_TRUE(std::isnan(row.quality)) << row.aggregate;
    EXPECT_FALSE(std::isnan(row.real_seconds)) << row.aggregate;
  }
}

}  // namespace
}  // namespace ndbench
