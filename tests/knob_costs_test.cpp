#include "core/knob_costs.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/knob_modes.h"

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const Mode kNoisy{.name = "noisy", .tooling = {{"deterministic", false}}};
const Mode kPinned{
    .name = "pinned",
    .tooling = {{"deterministic", true}, {"onednn", false}, {"threads", std::int64_t{1}}}};

std::vector<KnobCosts> costs_of(const std::vector<Record>& records) {
  std::vector<const Record*> pointers;
  for (const Record& record : records) pointers.push_back(&record);
  return knob_costs(pointers);
}

/// Adds one replica of `mode`, whose steps take so long.
void add(std::vector<Record>& records, const Mode& mode, int replica, double seconds) {
  Record record;
  record.cell.model.name = "m";
  record.cell.backend.name = "cpu";
  record.cell.mode = mode;
  record.cell.scope = ScopeKind::kStep;
  record.replica = replica;
  record.state.hash = "a";
  record.steps.seconds = {seconds};
  records.push_back(record);
}

/// Six replicas: the reference takes 10, 20, … ms; deterministic costs a tenth of that alone,
/// oneDNN two tenths, threads three, deterministic and oneDNN together four, all together nine.
std::vector<Record> measured() {
  std::vector<Record> records;
  const std::vector<Mode> parts = knob_modes(kNoisy, kPinned);
  for (int replica = 0; replica < 6; ++replica) {
    const double base = 0.010 * (replica + 1);
    add(records, kNoisy, replica, base);
    add(records, kPinned, replica, 1.9 * base);
    add(records, parts[0], replica, 1.1 * base);
    add(records, parts[1], replica, 1.2 * base);
    add(records, parts[2], replica, 1.3 * base);
    add(records, parts[3], replica, 1.4 * base);
  }
  return records;
}

TEST(KnobCosts, LeaveOutWhatSomethingElseDisturbed) {
  std::vector<Record> records = measured();
  for (Record& record : records) {
    MeasuredBlock quiet;
    quiet.seconds = record.steps.seconds;
    MeasuredBlock disturbed;
    disturbed.seconds = {1.0, 1.0, 1.0};
    disturbed.disturbed = "another process used 0.9 cores";
    record.blocks = {quiet, disturbed};
    record.steps.seconds.insert(record.steps.seconds.end(), 3, 1.0);
  }
  const std::vector<KnobCosts> costs = costs_of(records);
  EXPECT_NEAR(costs.at(0).total.share, 0.9, 1e-12);
}

void leave_unmeasured(Record& record, const std::string& reason) {
  record.outcome = skipped(reason);
  record.steps.seconds.clear();
  record.state.hash.clear();
}

TEST(KnobCosts, AreNoneWithoutParts) {
  std::vector<Record> records;
  EXPECT_THAT(costs_of(records), IsEmpty());
  add(records, kNoisy, 0, 1.0);
  add(records, kPinned, 0, 1.0);
  EXPECT_THAT(costs_of(records), IsEmpty());
  EXPECT_EQ(console_knob_costs({}), "");
  EXPECT_EQ(markdown_knob_costs({}), "");
}

TEST(KnobCosts, AreMediansOfDifferencesBetweenReplicasOfOneNumber) {
  const auto all = costs_of(measured());
  ASSERT_THAT(all, SizeIs(1));
  const KnobCosts& costs = all.front();
  EXPECT_EQ(costs.group, "m/cpu/step");
  EXPECT_EQ(costs.mode, "pinned");
  EXPECT_EQ(costs.reference, "noisy");
  ASSERT_THAT(costs.knobs, SizeIs(3));
  EXPECT_EQ(costs.knobs[0].knob, "deterministic");
  EXPECT_EQ(costs.knobs[0].setting, "false → true");
  EXPECT_EQ(costs.knobs[2].setting, "as shipped → 1");
  // Median reference: 35 ms.
  EXPECT_NEAR(costs.knobs[0].alone.seconds, 0.0035, 1e-12);
  EXPECT_NEAR(costs.knobs[0].alone.share, 0.1, 1e-12);
  EXPECT_NEAR(costs.knobs[1].alone.share, 0.2, 1e-12);
  EXPECT_NEAR(costs.knobs[2].alone.share, 0.3, 1e-12);
  EXPECT_NEAR(costs.knobs[0].in_order.share, 0.1, 1e-12);  // the same cell as alone
  EXPECT_NEAR(costs.knobs[1].in_order.share, 0.3, 1e-12);  // 1.4 - 1.1
  EXPECT_NEAR(costs.knobs[2].in_order.share, 0.5, 1e-12);  // 1.9 - 1.4
  EXPECT_NEAR(costs.total.share, 0.9, 1e-12);
  EXPECT_NEAR(costs.total.seconds, 0.0315, 1e-12);
  EXPECT_NEAR(costs.interaction.share, 0.3, 1e-12);  // 0.9 - 0.1 - 0.2 - 0.3
  EXPECT_EQ(costs.total.pairs, 6U);
  // The range of six values covers the median with 97 %: the interval is nearly all of it.
  EXPECT_GT(costs.total.interval.low, 0.009);
  EXPECT_LT(costs.total.interval.high, 0.054);
  EXPECT_LT(costs.total.interval.low, costs.total.seconds);
  EXPECT_GT(costs.total.interval.high, costs.total.seconds);
  EXPECT_NEAR(costs.total.share_interval.low, 0.9, 1e-12);
}

TEST(KnobCosts, UseOnlyReplicasThatAllOfADifferenceHave) {
  std::vector<Record> records = measured();
  for (Record& record : records) {
    if (record.cell.mode.name == "pinned.only-onednn" && record.replica == 5) {
      leave_unmeasured(record, "gone");
      record.outcome = {};  // interrupted, say: no reason to leave the others out
    }
  }
  records.erase(std::remove_if(records.begin(), records.end(),
                               [](const Record& record) { return record.steps.seconds.empty(); }),
                records.end());
  const KnobCosts costs = costs_of(records).front();
  EXPECT_EQ(costs.knobs[0].alone.pairs, 6U);
  EXPECT_EQ(costs.knobs[1].alone.pairs, 5U);
  EXPECT_TRUE(std::isnan(costs.knobs[1].alone.interval.low));
  EXPECT_EQ(costs.knobs[1].in_order.pairs, 6U);
  EXPECT_EQ(costs.interaction.pairs, 5U);
  EXPECT_EQ(costs.total.pairs, 6U);
}

TEST(KnobCosts, GoOnWithoutAKnobThatTheBackendLacks) {
  std::vector<Record> records = measured();
  for (Record& record : records) {
    if (record.cell.mode.part && record.cell.mode.part->knob == "onednn") {
      leave_unmeasured(record, "backend 'cpu' has no knob 'onednn'");
    }
  }
  const KnobCosts costs = costs_of(records).front();
  EXPECT_EQ(costs.knobs[1].problem, "backend 'cpu' has no knob 'onednn'");
  EXPECT_EQ(costs.knobs[1].in_order.pairs, 0U);
  EXPECT_NEAR(costs.knobs[2].in_order.share, 0.8, 1e-12);  // 1.9 - 1.1: on top of the first alone
  EXPECT_NEAR(costs.interaction.share, 0.5, 1e-12);        // 0.9 - 0.1 - 0.3
}

TEST(KnobCosts, MeasureTheLastKnobThatTheBackendHasUnderItsOwnName) {
  std::vector<Record> records = measured();
  for (Record& record : records) {
    if (record.cell.mode.part && record.cell.mode.part->knob == "threads") {
      leave_unmeasured(record, "backend 'cpu' has no knob 'threads'");
    }
  }
  const KnobCosts costs = costs_of(records).front();
  EXPECT_NEAR(costs.knobs[1].in_order.share, 0.3, 1e-12);  // 1.4 - 1.1, not up to the mode itself
}

TEST(KnobCosts, AreATableOf80Columns) {
  const std::string text = console_knob_costs(costs_of(measured()));
  EXPECT_THAT(text, HasSubstr("m/cpu/step: pinned against noisy\n"));
  EXPECT_THAT(
      text, HasSubstr("  deterministic           +3.5  +10.0 [+10.0, +10.0]    +10.0 [+10.0, +10.0]"
                      "\n"));
  EXPECT_THAT(text, HasSubstr("  interaction            +10.5  +30.0 [+30.0, +30.0]"));
  EXPECT_THAT(text, Not(HasSubstr("not measured")));
  EXPECT_THAT(text, Not(HasSubstr("no intervals")));
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos;
       start = end + 1, end = text.find('\n', start)) {
    EXPECT_LE(end - start, 80U) << text.substr(start, end - start);
    EXPECT_FALSE(end > start && text[end - 1] == ' ') << text.substr(start, end - start);
  }
}

TEST(KnobCosts, SayInWordsWhatIsMissing) {
  std::vector<Record> records = measured();
  std::erase_if(records, [](const Record& record) { return record.replica > 1; });
  for (Record& record : records) {
    if (record.cell.mode.part && record.cell.mode.part->knob == "onednn") {
      leave_unmeasured(record, "backend 'cpu' has no knob 'onednn'");
    }
  }
  const auto costs = costs_of(records);
  for (const std::string& text : {console_knob_costs(costs), markdown_knob_costs(costs)}) {
    EXPECT_THAT(text, HasSubstr("onednn: not measured: backend 'cpu' has no knob 'onednn'\n"));
    EXPECT_THAT(text, HasSubstr("no intervals: they need 6 replicas, there are 2\n"));
    EXPECT_THAT(text, Not(HasSubstr("nan")));
  }
  EXPECT_THAT(markdown_knob_costs(costs),
              HasSubstr("| `deterministic` | false → true | +1.5 | +10.0 | +10.0 |\n"));
}

}  // namespace
}  // namespace ndbench
