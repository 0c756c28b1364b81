#include "worker/in_force.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "core/knob.h"

namespace ndbench {
namespace {

using testing::Contains;
using testing::Key;
using testing::Pair;

class TwoSettings final : public Scope {
 public:
  [[nodiscard]] std::string device() const override { return "cpu"; }
  void synchronize() const override {}
  [[nodiscard]] std::map<std::string, std::string> in_force() const override {
    return {{"threads", "3"}, {"onednn", "true"}};
  }
};

TEST(InForce, HasWhatTheBackendReadsBack) {
  const auto in_force = read_in_force(TwoSettings{});
  EXPECT_THAT(in_force, Contains(Pair("threads", "3")));
  EXPECT_THAT(in_force, Contains(Pair("onednn", "true")));
}

TEST(InForce, SpellsInstructionSetsAsTheKnobsDo) {
  const auto in_force = read_in_force(TwoSettings{});
  for (const char* name : {"aten_cpu_capability", "onednn_max_cpu_isa"}) {
    const auto read = in_force.find(name);
    if (read == in_force.end()) continue;  // a library that is not there, or does not tell
    EXPECT_THAT(find_knob(name)->choices, Contains(read->second)) << name;
  }
#if defined(__x86_64__)
  EXPECT_THAT(in_force, Contains(Key("aten_cpu_capability")));
#endif
}

TEST(InForce, LeavesOutWhatIsNotTold) {
  for (const auto& [name, value] : read_in_force(TwoSettings{})) EXPECT_NE(value, "") << name;
}

}  // namespace
}  // namespace ndbench
