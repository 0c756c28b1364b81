#include "core/measured_benchmark.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "reported_run.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class MeasuredBenchmarks : public testing::Test {
 protected:
  [[nodiscard]] MeasuredBenchmark benchmark(const std::string& name) const {
    for (const MeasuredBenchmark& one : benchmarks_of(report_.run)) {
      if (one.name == name) return one;
    }
    ADD_FAILURE() << "no benchmark " << name;
    return {};
  }

  Report report_ = ReportedRun("plain").report();
};

TEST_F(MeasuredBenchmarks, AreThoseOfThePlanInItsOrderMeasuredOrNot) {
  std::vector<std::string> names;
  for (const MeasuredBenchmark& one : benchmarks_of(report_.run)) names.push_back(one.name);
  EXPECT_THAT(names, ElementsAre("m/cpu/noisy/step", "m/cpu/fixed/step", "m/cpu/noisy/epoch",
                                 "diverging/cpu/noisy/epoch", "small/cpu/noisy/epoch",
                                 "crash/cpu/noisy/step", "breach/cpu/fixed/epoch",
                                 "wrong/onednn/noisy/step", "m/cuda/noisy/step",
                                 "plain/cpu/noisy/step", "never/cpu/noisy/step"));
}

TEST_F(MeasuredBenchmarks, LeaveOutWhatTheRunWasNotToMeasure) {
  report_.run.header["plan"] = nlohmann::json::array();
  EXPECT_THAT(benchmarks_of(report_.run), SizeIs(10));  // all but the one without a record
}

TEST_F(MeasuredBenchmarks, HaveTheMedianOfTheirTimes) {
  const MeasuredBenchmark noisy = benchmark("m/cpu/noisy/step");
  EXPECT_THAT(noisy.all_seconds(), ElementsAre(0.25, 0.25, 0.3125, 0.3125, 0.375, 0.375));
  const Quantity seconds = noisy.seconds().value();
  EXPECT_EQ(seconds.value, 0.3125);
  EXPECT_EQ(seconds.interval.value().low, 0.25);
  EXPECT_EQ(seconds.interval.value().high, 0.375);
  EXPECT_FALSE(noisy.ratio());  // it is the reference
  EXPECT_EQ(benchmark("m/cpu/fixed/step").ratio().value().value, 1.25);
  EXPECT_EQ(noisy.peak_memory_bytes().value(), 1048576 + 5);
  EXPECT_EQ(noisy.metric(), "");
  EXPECT_FALSE(noisy.quality());
}

TEST_F(MeasuredBenchmarks, HaveTheMeanOfTheirResultsAndItsSpread) {
  const MeasuredBenchmark epoch = benchmark("m/cpu/noisy/epoch");
  EXPECT_EQ(epoch.metric(), "accuracy");
  EXPECT_EQ(epoch.quality().value().value, 0.625);
  EXPECT_DOUBLE_EQ(epoch.deviation().value().value, 0.25 / std::sqrt(2.0));
  EXPECT_FALSE(epoch.seconds().value().interval);  // two replicas
}

TEST_F(MeasuredBenchmarks, HaveNoNumberWhereOneIsNotFinite) {
  const MeasuredBenchmark diverging = benchmark("diverging/cpu/noisy/epoch");
  EXPECT_FALSE(diverging.quality());
  EXPECT_FALSE(diverging.deviation());
  EXPECT_EQ(diverging.seconds().value().value, 2.0);
}

TEST_F(MeasuredBenchmarks, HaveNoTimesWhereReplicasRanBesideEachOther) {
  const MeasuredBenchmark small = benchmark("small/cpu/noisy/epoch");
  EXPECT_THAT(small.all_seconds(), IsEmpty());
  EXPECT_FALSE(small.seconds());
  EXPECT_EQ(small.quality().value().value, 0.375);
}

TEST_F(MeasuredBenchmarks, HaveNothingButCountsWhereNothingPassed) {
  for (const char* name : {"crash/cpu/noisy/step", "wrong/onednn/noisy/step", "m/cuda/noisy/step",
                           "never/cpu/noisy/step"}) {
    const MeasuredBenchmark one = benchmark(name);
    EXPECT_FALSE(one.seconds() || one.ratio() || one.quality() || one.deviation()) << name;
    EXPECT_FALSE(one.peak_memory_bytes()) << name;
    EXPECT_EQ(one.target(), "") << name;
    EXPECT_EQ(one.count(Status::kPassed), 0U) << name;
  }
  EXPECT_EQ(benchmark("m/cuda/noisy/step").count(Status::kSkipped), 1U);
  EXPECT_EQ(benchmark("breach/cpu/fixed/epoch").count(Status::kFailed), 1U);
  EXPECT_THAT(benchmark("never/cpu/noisy/step").replicas, IsEmpty());
}

}  // namespace
}  // namespace ndbench
