// Misbehaves before it can be asked how: while the library is loaded, or when it is asked for its
// parameters. NDBENCH_TEST_PHASE and NDBENCH_TEST_MISDEED are given on the compiler's command line.

#include <string_view>

#include "misdeeds.h"
#include "ndbench/plugin.h"
#include "tiny_task.h"

namespace {

constexpr std::string_view kPhase = NDBENCH_TEST_PHASE;

class EarlyVillainModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    if (kPhase == "describe") ndbench::commit(NDBENCH_TEST_MISDEED, NDBENCH_TEST_PHASE);
    return {};
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return std::make_unique<ndbench::TinyTask>(context.seeds);
  }
};

[[maybe_unused]] const bool loaded = [] {
  if (kPhase == "load") ndbench::commit(NDBENCH_TEST_MISDEED, NDBENCH_TEST_PHASE);
  return true;
}();

}  // namespace

NDBENCH_MODEL_PLUGIN("villain_" NDBENCH_TEST_PHASE "_" NDBENCH_TEST_MISDEED,
                     "Misbehaves before it is asked to", EarlyVillainModel);
