#include "core/change_points.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::size_t> indices(const std::vector<ChangePoint>& points) {
  std::vector<std::size_t> result;
  for (const ChangePoint& point : points) result.push_back(point.index);
  return result;
}

std::vector<std::size_t> found(const std::vector<double>& series,
                               const ChangePointOptions& options = {}) {
  return indices(change_points(series, options));
}

TEST(ChangePoints, AreThoseThatOtavaPublishes) {
  std::ifstream file(NDBENCH_TEST_OTAVA_VECTORS);
  const auto published = nlohmann::json::parse(file);
  int count = 0;
  for (const auto& vector : published.at("vectors")) {
    const auto series = vector.at("series").get<std::vector<double>>();
    for (const auto& test : vector.at("cases")) {
      SCOPED_TRACE(vector.at("name").get<std::string>() + " " + test.dump());
      const auto points = found(series, {.window = test.at("window"),
                                         .max_p = test.at("max_p"),
                                         .min_magnitude = test.at("min_magnitude")});
      if (test.contains("points")) {
        EXPECT_EQ(points, test.at("points").get<std::vector<std::size_t>>());
      } else {
        ASSERT_THAT(points, SizeIs(test.at("count").get<std::size_t>()));
        EXPECT_EQ(points.front(), test.at("first").get<std::size_t>());
      }
      ++count;
    }
  }
  EXPECT_EQ(count, 16);
}

TEST(ChangePoints, AreNoneInAShortOrConstantSeries) {
  EXPECT_THAT(found({}), IsEmpty());
  EXPECT_THAT(found({1.0}), IsEmpty());
  EXPECT_THAT(found({1.0, 2.0}), IsEmpty());
  EXPECT_THAT(found(std::vector(200, 3.0)), IsEmpty());
}

TEST(ChangePoints, AreExactWhereNothingElseVaries) {
  std::vector<double> series(20, 1.0);
  series.insert(series.end(), 15, 2.0);
  const auto points = change_points(series, {});
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_EQ(points[0].index, 20U);
  EXPECT_EQ(points[0].p, 0.0);
  EXPECT_EQ(points[0].change(), 1.0);
  EXPECT_EQ(points[0].magnitude(), 1.0);
  EXPECT_EQ(points[0].std_before, 0.0);
}

TEST(ChangePoints, AreNotReportedBelowTheMagnitude) {
  std::vector<double> series(20, 1.0);
  series.insert(series.end(), 15, 1.03);
  EXPECT_THAT(found(series), ElementsAre(20));
  EXPECT_THAT(found(series, {.min_magnitude = 0.05}), IsEmpty());
}

TEST(ChangePoints, AreFoundInEveryWindowOfALongSeries) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(0.0, 0.01);
  std::vector<double> series;
  for (int i = 0; i < 300; ++i) series.push_back((i / 60 % 2 == 0 ? 1.0 : 1.2) + noise(random));
  EXPECT_THAT(found(series), ElementsAre(60, 120, 180, 240));
}

}  // namespace
}  // namespace ndbench
