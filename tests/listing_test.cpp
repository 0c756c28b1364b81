#include "core/listing.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ndbench {
namespace {

Plan plan_of(const std::vector<std::string>& models) {
  Plan plan;
  for (const std::string& name : models) {
    Cell cell;
    cell.model.name = name;
    cell.backend.name = "cpu";
    cell.mode.name = "fixed";
    cell.scope = ScopeKind::kEpoch;
    plan.cells.push_back(cell);
  }
  return plan;
}

TEST(Listing, HasOneNameALine) {
  EXPECT_EQ(listing(plan_of({"b", "a"}), Format::kConsole),
            "b/cpu/fixed/epoch\na/cpu/fixed/epoch\n");
  EXPECT_EQ(listing(plan_of({"a"}), Format::kCsv), "a/cpu/fixed/epoch\n");
}

TEST(Listing, IsAnObjectOfBenchmarksInJson) {
  EXPECT_EQ(nlohmann::json::parse(listing(plan_of({"b", "a"}), Format::kJson)),
            nlohmann::json::parse(R"({"benchmarks": [{"name": "b/cpu/fixed/epoch"},
                                                     {"name": "a/cpu/fixed/epoch"}]})"));
}

TEST(Listing, OfNothingIsEmpty) {
  EXPECT_EQ(listing({}, Format::kConsole), "");
  EXPECT_EQ(nlohmann::json::parse(listing({}, Format::kJson)),
            nlohmann::json::parse(R"({"benchmarks": []})"));
}

}  // namespace
}  // namespace ndbench
