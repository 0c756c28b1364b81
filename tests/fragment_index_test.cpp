#include "core/fragment_index.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>

#include <limits>

#include "journal_fixture.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class FragmentIndexTest : public testing::Test {
 protected:
  std::size_t add(const std::string& name, const std::vector<json>& lines) {
    return index_.add(fragment_at(write_fragment(folder_.path() / name, lines)));
  }

  std::string problem(const std::string& name, const std::vector<json>& lines) {
    try {
      add(name, lines);
    } catch (const FragmentDamage& error) {
      return error.what();
    }
    return "";
  }

  /// The answer's cells, joined by "|", rows by a line break.
  std::string ask(const std::string& sql) {
    SQLite::Statement statement(store_.database(), sql);
    std::string text;
    while (statement.executeStep()) {
      if (!text.empty()) text += "\n";
      for (int column = 0; column < statement.getColumnCount(); ++column) {
        text += (column == 0 ? "" : "|") + (statement.getColumn(column).isNull()
                                                ? "NULL"
                                                : statement.getColumn(column).getString());
      }
    }
    return text;
  }

  TemporaryFolder folder_;
  Store store_{folder_.path()};
  FragmentIndex index_{store_};
};

TEST_F(FragmentIndexTest, DerivesAStepsNumbersAsRecordsDo) {
  EXPECT_EQ(add("a", {run_line(1), step_record("fixed", 3, {0.9, 0.1, 0.2, 0.3})}), 1U);
  EXPECT_EQ(ask("SELECT name, replica, iterations, seconds, cpu_seconds, samples_per_second, loss, "
                "quality, disturbed_blocks, attempts, line, fragment FROM records"),
            "m/cpu/fixed/step|3|4|0.25|1.0|32.0|1.5|NULL|1|1|2|a");
  EXPECT_EQ(ask("SELECT target, seed_init, seed_dropout, state_hash FROM records"),
            "f0e1d2c3b4a59687|ffffffffffffffff|0000000000000003|"
            "00000000000000000000000000000007");
}

TEST_F(FragmentIndexTest, DerivesAnEpochsNumbersAsRecordsDo) {
  add("a", {run_line(1), epoch_record("noisy", 0, {0.25, 0.75})});
  EXPECT_EQ(ask("SELECT iterations, seconds, cpu_seconds, samples_per_second, metric, quality, "
                "higher_is_better, loss FROM records"),
            "2|3.0|5.0|20.0|accuracy|0.75|1|0.25");
  EXPECT_EQ(ask("SELECT epoch, loss, quality, train_seconds, evaluate_seconds "
                "FROM learning_curves ORDER BY epoch"),
            "1|0.75|0.25|2.0|1.0\n2|0.25|0.75|2.0|1.0");
}

TEST_F(FragmentIndexTest, LeavesOutWhatIsNotFinite) {
  json line = epoch_record("noisy", 0, {0.5});
  line["samples"]["epochs"][0]["loss"] = nullptr;
  line["samples"]["epochs"][0]["evaluation"]["value"] = nullptr;
  add("a", {run_line(1), line});
  EXPECT_EQ(ask("SELECT loss, quality FROM records"), "NULL|NULL");
}

TEST_F(FragmentIndexTest, TakesALineOnceUnderWhateverName) {
  const std::vector<json> lines{run_line(1), step_record("fixed", 0, {0.5}),
                                epoch_record("fixed", 0, {0.5}), parity_line("passed"),
                                end_line(true)};
  EXPECT_EQ(add("a", lines), 3U);
  EXPECT_EQ(add("a", lines), 0U);
  EXPECT_EQ(add("b", lines), 0U);
  EXPECT_EQ(ask("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM epoch), "
                "(SELECT count(*) FROM parity), (SELECT count(*) FROM run)"),
            "2|1|1|1");
}

TEST_F(FragmentIndexTest, TakesTheSameWordsOfAnotherRun) {
  EXPECT_EQ(add("a", {run_line(1), step_record("fixed", 0, {0.5})}), 1U);
  EXPECT_EQ(add("b", {run_line(2), step_record("fixed", 0, {0.5})}), 1U);
}

TEST_F(FragmentIndexTest, TakesMoreOfARunThatGoesOn) {
  std::vector<json> lines{run_line(1), step_record("fixed", 0, {0.5})};
  EXPECT_EQ(add("a", lines), 1U);
  EXPECT_EQ(ask("SELECT complete FROM run"), "NULL");
  lines.push_back(step_record("fixed", 1, {0.5}));
  lines.push_back(end_line(false));
  EXPECT_EQ(add("a", lines), 1U);
  EXPECT_EQ(ask("SELECT complete, resumed FROM run"), "0|0");
  lines.push_back({{"type", "resume"}, {"started", "later"}});
  lines.push_back(end_line(true));
  EXPECT_EQ(add("a", lines), 0U);
  EXPECT_EQ(ask("SELECT complete, resumed, exit_codes FROM run"), "1|1|[0]");
  // A copy that was made before.
  lines.resize(2);
  EXPECT_EQ(add("b", lines), 0U);
  EXPECT_EQ(ask("SELECT complete, resumed FROM run"), "1|1");
}

TEST_F(FragmentIndexTest, RemembersWhatItHas) {
  const auto folder = write_fragment(folder_.path() / "a", {run_line(1)});
  EXPECT_FALSE(index_.has(fragment_at(folder)));
  index_.add(fragment_at(folder));
  EXPECT_TRUE(index_.has(fragment_at(folder)));
  EXPECT_EQ(index_.fragment_of(run_id(1)), "a");
  write_fragment(folder, {run_line(1), end_line(true)});
  EXPECT_FALSE(index_.has(fragment_at(folder)));
  index_.forget_missing(folder_.path());
  EXPECT_EQ(index_.fragment_of(run_id(1)), "a");
  std::filesystem::remove_all(folder);
  index_.forget_missing(folder_.path());
  EXPECT_EQ(index_.fragment_of(run_id(1)), "");
}

TEST_F(FragmentIndexTest, PassesOverWhatItDoesNotKnow) {
  json line = step_record("fixed", 0, {0.5});
  line["of_tomorrow"] = {{"batch", {1, 2}}};
  EXPECT_EQ(add("a", {run_line(1), {{"type", "weather"}, {"rain", true}}, line}), 1U);
}

TEST_F(FragmentIndexTest, RefusesNewerLinesPolitely) {
  json line = step_record("fixed", 0, {0.5});
  line["version"] = 6;
  EXPECT_THAT(problem("a", {run_line(1), line}),
              testing::AllOf(HasSubstr("a/journal.jsonl:2: "), HasSubstr("has version 6"),
                             HasSubstr("up to 5; use a newer ndbench")));
  json run = run_line(1);
  run["version"] = kJournalVersion + 1;
  EXPECT_THAT(problem("b", {run}), HasSubstr("use a newer ndbench"));
}

TEST_F(FragmentIndexTest, LeavesNothingOfADamagedFragment) {
  json line = step_record("fixed", 1, {0.5});
  line.erase("replica");
  EXPECT_THAT(problem("a", {run_line(1), step_record("fixed", 0, {0.5}), line}),
              HasSubstr("a/journal.jsonl:3: damaged: this line has no 'replica'"));
  EXPECT_EQ(ask("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM run)"), "0|0");
  EXPECT_EQ(add("a", {run_line(1), step_record("fixed", 0, {0.5})}), 1U);
}

TEST_F(FragmentIndexTest, RefusesLinesThatAreNotWhatTheySay) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, json>>{{"state_hash", "abc"},
                                                 {"state_hash", "0000000000000000000000000000000G"},
                                                 {"target", "xyz"},
                                                 {"name", 5},
                                                 {"status", ""},
                                                 {"replica", -1},
                                                 {"replica", 1e300},
                                                 {"outcome", "passed"},
                                                 {"seeds", {{"init", "-000000000000001"}}}}) {
    json line = step_record("fixed", 0, {0.5});
    if (key == "status") {
      line["outcome"]["status"] = value;
    } else {
      line[key] = value;
    }
    EXPECT_THAT(problem("a", {run_line(1), line}), HasSubstr(":2: damaged")) << key << value;
  }
  EXPECT_THAT(problem("a", {step_record("fixed", 0, {0.5})}), HasSubstr("before the line"));
  EXPECT_THAT(problem("a", {run_line(1), run_line(2)}), HasSubstr(":2: damaged"));
  write_bytes(folder_.path() / "a/journal.jsonl", "{\"version\":3}\n{\"version\":3}\n");
  EXPECT_THROW(index_.add(fragment_at(folder_.path() / "a")), FragmentDamage);
}

TEST_F(FragmentIndexTest, PairsReplicasForTheirCost) {
  json beside = step_record("fixed", 2, {0.5});
  beside["jobs"] = 2;
  json beside_noisy = step_record("noisy", 4, {0.25});
  beside_noisy["jobs"] = 2;
  add("a", {run_line(1, {"m/cpu/fixed/step", "m/cpu/noisy/step"}), step_record("fixed", 0, {0.5}),
            step_record("noisy", 0, {0.25}), step_record("fixed", 1, {0.75}),
            step_record("noisy", 1, {0.25}), beside, step_record("noisy", 2, {0.25}),
            failed_record("fixed", 3, "fell over"), step_record("noisy", 3, {0.25}),
            step_record("fixed", 4, {0.5}), beside_noisy, epoch_record("fixed", 0, {0.5})});
  EXPECT_EQ(
      ask("SELECT name, mode, reference, replica, seconds, reference_seconds, ratio FROM cost "
          "ORDER BY replica"),
      "m/cpu/fixed/step|fixed|noisy|0|0.5|0.25|2.0\n"
      "m/cpu/fixed/step|fixed|noisy|1|0.75|0.25|3.0");
}

TEST_F(FragmentIndexTest, TakesTheFirstModeAsShippedForReferenceWithoutNoisy) {
  add("a", {run_line(1, {"m/cpu/fixed/step", "m/cpu/impl/step", "m/cpu/late/step"}),
            step_record("late", 0, {1.0}), step_record("impl", 0, {0.5}),
            step_record("fixed", 0, {1.0})});
  EXPECT_EQ(ask("SELECT mode, reference, ratio FROM cost ORDER BY mode"),
            "fixed|impl|2.0\nlate|impl|2.0");
}

TEST_F(FragmentIndexTest, TellsSpreadExactly) {
  add("a", {run_line(1), epoch_record("noisy", 0, {1e9 + 1.0}), epoch_record("noisy", 1, {1e9}),
            epoch_record("noisy", 2, {1e9 + 2.0}), epoch_record("fixed", 0, {0.1}),
            epoch_record("fixed", 1, {0.1}), epoch_record("fixed", 2, {0.1}),
            epoch_record("algo", 0, {0.5}), step_record("fixed", 0, {0.5})});
  EXPECT_EQ(ask("SELECT name, replicas, n, mean, std, min, max, state_hashes FROM spread "
                "ORDER BY name"),
            "m/cpu/algo/epoch|1|1|0.5|NULL|0.5|0.5|1\n"
            "m/cpu/fixed/epoch|3|3|0.1|0.0|0.1|0.1|1\n"
            "m/cpu/fixed/step|1|0|NULL|NULL|NULL|NULL|1\n"
            "m/cpu/noisy/epoch|3|3|1000000001.0|1.0|1000000000.0|1000000002.0|3");
  EXPECT_EQ(ask("SELECT state_hash, replicas FROM hashes WHERE name = 'm/cpu/fixed/epoch'"),
            "00000000000000000000000000000007|3");
}

TEST_F(FragmentIndexTest, ListsWhatDidNotWork) {
  json parity = parity_line("failed");
  parity["reason"] = "the gradient is off";
  add("a", {run_line(1), failed_record("noisy", 2, "fell over"), step_record("fixed", 0, {0.5}),
            parity, parity_line("passed")});
  EXPECT_EQ(ask("SELECT name, replica, status, exit_code, phase, reason, fragment, line "
                "FROM failures ORDER BY line"),
            "m/cpu/noisy/step|2|failed|12|train|fell over|a|2\n"
            "parity of m on onednn|NULL|failed|NULL|NULL|the gradient is off|a|4");
}

TEST_F(FragmentIndexTest, TellsHistoryByTargetAndCell) {
  add("b", {run_line(2, {}, "2026-02-01T00:00:00Z"), step_record("fixed", 0, {0.5}),
            step_record("fixed", 1, {0.25})});
  add("a", {run_line(1, {}, "2026-01-01T00:00:00Z"), step_record("fixed", 0, {0.5}),
            step_record("fixed", 1, {2.0}), step_record("fixed", 2, {1.0})});
  EXPECT_EQ(ask("SELECT target, name, started, commit_hash, seconds, n FROM history "
                "ORDER BY started"),
            "f0e1d2c3b4a59687|m/cpu/fixed/step|2026-01-01T00:00:00Z|c0ffee|1.0|3\n"
            "f0e1d2c3b4a59687|m/cpu/fixed/step|2026-02-01T00:00:00Z|c0ffee|0.375|2");
  EXPECT_EQ(ask("SELECT started, seconds FROM latest"), "2026-02-01T00:00:00Z|0.375");
}

}  // namespace
}  // namespace ndbench
