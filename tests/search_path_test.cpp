#include "core/search_path.h"

#include <gmock/gmock.h>

#include "environment_variable.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SearchPath, IsSplitAtColons) {
  EXPECT_THAT(split_search_path("/a"), ElementsAre("/a"));
  EXPECT_THAT(split_search_path("/a:b c:../d"), ElementsAre("/a", "b c", "../d"));
}

TEST(SearchPath, HasNoEmptyFolders) {
  EXPECT_THAT(split_search_path(""), IsEmpty());
  EXPECT_THAT(split_search_path(":"), IsEmpty());
  EXPECT_THAT(split_search_path(":/a::/b:"), ElementsAre("/a", "/b"));
}

TEST(DataPath, IsTheSystemsFolderWhenNothingIsGiven) {
  const EnvironmentVariable unset("NDBENCH_DATA_PATH", nullptr);
  EXPECT_THAT(data_path(""), ElementsAre("/usr/share/datasets"));
}

TEST(DataPath, PutsTheFlagBeforeTheVariableBeforeTheSystem) {
  const EnvironmentVariable set("NDBENCH_DATA_PATH", "/v1:/v2");
  EXPECT_THAT(data_path("/f1:/f2"), ElementsAre("/f1", "/f2", "/v1", "/v2", "/usr/share/datasets"));
}

TEST(DataPath, TakesAnEmptyVariableForNone) {
  const EnvironmentVariable empty("NDBENCH_DATA_PATH", "");
  EXPECT_THAT(data_path("/f"), ElementsAre("/f", "/usr/share/datasets"));
}

}  // namespace
}  // namespace ndbench
