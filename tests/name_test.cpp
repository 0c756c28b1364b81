#include "core/name.h"

#include <gtest/gtest.h>

#include <string>

namespace ndbench {
namespace {

TEST(Name, TakesLowerCaseLettersDigitsAndInnerPunctuation) {
  EXPECT_TRUE(is_name("a"));
  EXPECT_TRUE(is_name("8"));
  EXPECT_TRUE(is_name("resnet-8_v1.5"));
  EXPECT_TRUE(is_name(std::string(64, 'a')));
}

TEST(Name, RefusesWhatCouldBeReadAsSomethingElse) {
  for (const std::string name : {"", ".", "..", "-rf", "_a", "Resnet", "a b", "a/b", "threads:2",
                                 "a*", "a\n", "é", "manual_time", "process_time", "real_time"}) {
    EXPECT_FALSE(is_name(name)) << name;
  }
  EXPECT_FALSE(is_name(std::string(65, 'a')));
  EXPECT_FALSE(is_name(std::string("a\0b", 3)));
}

TEST(PluginName, StartsWithALetterAndIsNeverAPath) {
  EXPECT_TRUE(is_plugin_name("resnet"));
  EXPECT_TRUE(is_plugin_name("v8_b"));
  EXPECT_TRUE(is_plugin_name(std::string(64, 'a')));
  for (const std::string name : {"", "8", "_a", "a.b", "a-b", "../a", "/a", "A", "a "}) {
    EXPECT_FALSE(is_plugin_name(name)) << name;
  }
  EXPECT_FALSE(is_plugin_name(std::string(65, 'a')));
}

}  // namespace
}  // namespace ndbench
