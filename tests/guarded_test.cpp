#include "worker/guarded.h"

#include <c10/util/Exception.h>
#include <gmock/gmock.h>

#include <ios>
#include <new>
#include <stdexcept>
#include <string>

#include "worker/plugin_host.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Guarded, IsNothingForACallThatReturns) {
  bool called = false;
  EXPECT_FALSE(guarded([&called] { called = true; }).has_value());
  EXPECT_TRUE(called);
}

TEST(Guarded, GivesTheTextOfAnError) {
  const auto failure = guarded([] { throw Error("no data; fetch it"); });
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->reason, "no data; fetch it");
  EXPECT_EQ(failure->phase, "");
  EXPECT_FALSE(failure->rejected);
}

TEST(Guarded, TellsARejectedPluginFromAFailingOne) {
  const auto failure = guarded([] { throw PluginRejected("built against another LibTorch"); });
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->reason, "built against another LibTorch");
  EXPECT_TRUE(failure->rejected);
}

TEST(Guarded, LeavesTheBacktraceOfLibtorchOut) {
  const auto failure = guarded([] { TORCH_CHECK(false, "sizes do not fit"); });
  ASSERT_TRUE(failure.has_value());
  EXPECT_THAT(failure->reason, AllOf(StartsWith("sizes do not fit"), Not(HasSubstr("frame #"))));
  EXPECT_FALSE(failure->rejected);
}

TEST(Guarded, NamesTheTypeOfOtherExceptions) {
  EXPECT_EQ(guarded([] { throw std::out_of_range("index 3"); })->reason,
            "std::out_of_range: index 3");
  struct Custom : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  EXPECT_THAT(guarded([] { throw Custom("text"); })->reason,
              AllOf(HasSubstr("Custom"), HasSubstr(": text")));
}

TEST(Guarded, CallsABadAllocationOutOfMemory) {
  EXPECT_EQ(guarded([] { throw std::bad_alloc(); })->reason, "out of memory (std::bad_alloc)");
}

TEST(Guarded, NamesTheTypeOfWhatIsNoException) {
  EXPECT_EQ(guarded([] { throw 3; })->reason, "threw a int");
  EXPECT_EQ(guarded([] { throw std::string("text"); })->reason,
            "threw a std::__cxx11::basic_string<char, std::char_traits<char>, "
            "std::allocator<char> >");
  EXPECT_THAT(guarded([] { throw "text"; })->reason, StartsWith("threw a char const*"));
}

}  // namespace
}  // namespace ndbench
