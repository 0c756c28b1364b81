#include "models/graph_convolution/nearest_neighbours.h"

#include <gmock/gmock.h>

namespace ndbench::graph_convolution {
namespace {

at::Tensor bytes(const std::vector<int>& values, std::int64_t features) {
  return torch::tensor(values, at::kInt).to(at::kByte).view({-1, features});
}

TEST(NearestNeighbours, AreOthersInOrderOfDistance) {
  // On a line at 0, 10, 13, 30.
  const at::Tensor found = nearest_neighbours(bytes({0, 10, 13, 30}, 1), 2);
  EXPECT_TRUE(found.equal(torch::tensor({1, 2, 2, 0, 1, 0, 2, 1}, at::kLong).view({4, 2})))
      << found;
}

TEST(NearestNeighbours, BreakTiesByIndex) {
  const at::Tensor found = nearest_neighbours(bytes({5, 5, 5, 5}, 1), 3);
  EXPECT_TRUE(found[0].equal(torch::tensor({1, 2, 3}, at::kLong)));
  EXPECT_TRUE(found[2].equal(torch::tensor({0, 1, 3}, at::kLong)));
}

TEST(NearestNeighbours, UseTheSquaresOfAllFeatures) {
  // From (0, 0): (3, 3) at 18, (0, 5) at 25, (4, 0) at 16.
  const at::Tensor found = nearest_neighbours(bytes({0, 0, 3, 3, 0, 5, 4, 0}, 2), 3);
  EXPECT_TRUE(found[0].equal(torch::tensor({3, 1, 2}, at::kLong))) << found;
}

TEST(NearestNeighbours, AgreeWithALoopOverIntegersBeyondOneBlock) {
  torch::manual_seed(1);
  const at::Tensor rows = torch::randint(0, 256, {300, 50}, at::kLong);
  const at::Tensor found = nearest_neighbours(rows.to(at::kByte), 4);
  for (const std::int64_t row : {0, 255, 256, 299}) {
    std::vector<std::pair<std::int64_t, std::int64_t>> distances;
    for (std::int64_t other = 0; other < 300; ++other) {
      if (other != row) {
        distances.emplace_back((rows[row] - rows[other]).square().sum().item<std::int64_t>(),
                               other);
      }
    }
    std::sort(distances.begin(), distances.end());
    for (std::int64_t i = 0; i < 4; ++i) {
      EXPECT_EQ(found[row][i].item<std::int64_t>(), distances[static_cast<std::size_t>(i)].second);
    }
  }
}

}  // namespace
}  // namespace ndbench::graph_convolution
