#include "core/measured_run.h"

#include <gmock/gmock.h>

#include "core/json_text.h"
#include "core/provenance.h"
#include "core/record_json.h"
#include "core/suite.h"
#include "core/usage_error.h"
#include "evaluated_records.h"
#include "journal_fixture.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

using testing::ThrowsMessage;

constexpr char kSuite[] = R"(seed = 1
modes = ["noisy", "fixed"]
[step]
replicas = 2
[[backend]]
name = "cpu"
[[model]]
name = "m"
plugin = "null"
)";

class MeasuredRuns : public testing::Test {
 protected:
  MeasuredRuns() { machine_.cpu_model = "CPU"; }

  /// Two replicas of each of two modes; `number` tells runs apart.
  fs::path write_run(const std::string& name, int number) {
    const fs::path folder = results() / name;
    fs::create_directories(folder);
    write_bytes(folder / "suite.toml", kSuite);
    const Suite suite = read_suite(folder / "suite.toml");
    const Plan plan = make_plan(suite, {});
    std::vector<std::string> names;
    for (const Cell& cell : plan.cells) names.push_back(cell.name());
    json header = run_line(number, names);
    header["arguments"] = json::array();
    header["provenance"] = provenance(machine_, suite, "ndbench_suite --suite=s");
    std::vector<json> lines{header};
    records_.clear();
    for (int replica = 1; replica >= 0; --replica) {  // the journal keeps the order of measuring
      for (const Cell& cell : plan.cells) {
        Record record;
        record.cell = cell;
        record.replica = replica;
        record.steps.seconds = {cell.mode.must_repeat() ? 0.5 : 0.25};
        record.steps.losses = {1.0};
        record.steps.batch_size = 16;
        record.state.hash = run_id(7);
        lines.push_back(to_json(record, target_fingerprint(machine_, record)));
        records_.push_back(record);
      }
    }
    lines.push_back(end_line(true));
    return write_fragment(folder, lines);
  }

  [[nodiscard]] fs::path results() const { return temporary_.path() / "results"; }

  TemporaryFolder temporary_;
  Machine machine_{};
  std::vector<Record> records_{};
};

TEST_F(MeasuredRuns, ComeBackFromTheirFolderAsTheyWereMeasured) {
  const MeasuredRun run = load_run(write_run("20261121T225001Z-one", 1));
  EXPECT_EQ(run.id(), run_id(1));
  EXPECT_EQ(run.started(), "2026-11-21T22:50:01Z");
  EXPECT_EQ(run.suite(), "s");
  EXPECT_EQ(run.command(), "ndbench_suite --suite=s");
  EXPECT_TRUE(run.is_complete);
  EXPECT_EQ(run.machine.cpu_model, "CPU");
  EXPECT_THAT(run.planned(), ElementsAre("m/cpu/noisy/step", "m/cpu/fixed/step"));
  EXPECT_EQ(run.command_for("m/cpu/noisy/step"),
            "ndbench_suite --suite=/s.toml '--benchmark_filter=^m/cpu/noisy/step$'");

  std::vector<std::pair<std::string, int>> order;
  for (const Record& record : run.records) order.emplace_back(record.cell.name(), record.replica);
  EXPECT_THAT(order,
              ElementsAre(std::pair("m/cpu/noisy/step", 0), std::pair("m/cpu/noisy/step", 1),
                          std::pair("m/cpu/fixed/step", 0), std::pair("m/cpu/fixed/step", 1)));
  const Summary summary = summarize(records_, machine_);
  EXPECT_EQ(json_text(summary_json(run.summary, run.machine, run.command())),
            json_text(summary_json(summary, machine_, run.command())));
  EXPECT_DOUBLE_EQ(run.summary.groups.at(0).modes.at(1).cost.value().ratio, 2.0);
}

TEST_F(MeasuredRuns, AreNotReadWithoutTheirSuite) {
  const fs::path folder = write_run("one", 1);
  fs::remove(folder / "suite.toml");
  EXPECT_THAT([&] { (void)load_run(folder); }, ThrowsMessage<Error>(HasSubstr("suite.toml")));
}

TEST_F(MeasuredRuns, AreNotReadWithALineThatIsDamaged) {
  const fs::path folder = write_run("one", 1);
  std::string journal = read_bytes(folder / "journal.jsonl");
  journal.replace(journal.find("\"replica\":1"), 11, "\"replica\":2");
  write_bytes(folder / "journal.jsonl", journal);
  EXPECT_THAT([&] { (void)load_run(folder); }, ThrowsMessage<Error>(HasSubstr("journal.jsonl")));
}

TEST_F(MeasuredRuns, AreNotReadWithoutTheirPlan) {
  const fs::path folder = write_run("one", 1);
  json header = run_line(1);
  header.erase("plan");
  header["arguments"] = json::array();
  header["provenance"] = provenance(machine_, read_suite(folder / "suite.toml"), "c");
  write_fragment(folder, {header});
  EXPECT_THAT([&] { (void)load_run(folder); }, ThrowsMessage<Error>(HasSubstr("'plan'")));
}

TEST_F(MeasuredRuns, AreFoundByFolderIdAndAge) {
  const fs::path old_run = write_run("20261120T000000Z-old", 0x1a);
  const fs::path new_run = write_run("20261121T000000Z-new", 0x2b);
  EXPECT_EQ(find_run_folder(results(), ""), new_run);
  EXPECT_EQ(find_run_folder(results(), "20261120T000000Z-old"), old_run);
  EXPECT_EQ(find_run_folder(results(), old_run.string()), old_run);
  EXPECT_EQ(find_run_folder(results(), run_id(0x2b)), new_run);
  EXPECT_EQ(find_run_folder(results(), run_id(0x1a).substr(0, 31)), old_run);
}

TEST_F(MeasuredRuns, AreNotFoundByDigitsThatFitToSeveralOrToNone) {
  write_run("old", 0x1a);
  write_run("new", 0x2b);
  EXPECT_THAT([&] { (void)find_run_folder(results(), "0000"); },
              ThrowsMessage<UsageError>(HasSubstr("the ids of 2 runs")));
  EXPECT_THAT([&] { (void)find_run_folder(results(), "f"); },
              ThrowsMessage<UsageError>(HasSubstr("has the id or folder 'f'")));
}

TEST_F(MeasuredRuns, AreNotFoundWhereThereAreNone) {
  fs::create_directories(results());
  EXPECT_THAT([&] { (void)find_run_folder(results(), ""); },
              ThrowsMessage<UsageError>(HasSubstr("there is no run in")));
  const std::string path = (results() / "nowhere").string();
  EXPECT_THAT([&] { (void)find_run_folder(results(), path); },
              ThrowsMessage<UsageError>(HasSubstr("is no run's folder")));
}

}  // namespace
}  // namespace ndbench
