#include "core/subcommand.h"

#include <gmock/gmock.h>

#include <sstream>

namespace ndbench {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string complaint(const std::vector<std::string>& arguments) {
  try {
    (void)parse_subcommand(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Subcommand, OfTheDoctorHasDefaults) {
  const auto options = std::get<DoctorOptions>(parse_subcommand({"doctor"}));
  EXPECT_EQ(options.seconds, 3.0);
  EXPECT_FALSE(options.json);
  EXPECT_EQ(options.results, "ndbench_results");
}

TEST(Subcommand, OfTheDoctorTakesAllThatIsAsked) {
  const auto options =
      std::get<DoctorOptions>(parse_subcommand({"doctor", "--seconds=0.5", "--format", "json",
                                                "--plugin_path=/p", "--data=/d", "--results=/r"}));
  EXPECT_EQ(options.seconds, 0.5);
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.plugin_path, "/p");
  EXPECT_EQ(options.data_path, "/d");
  EXPECT_EQ(options.results, "/r");
}

TEST(Subcommand, OfTheListTakesAllThatIsAsked) {
  const auto options =
      std::get<CatalogueOptions>(parse_subcommand({"list", "--format=json", "--plugin_path=/p"}));
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.plugin_path, "/p");
}

TEST(Subcommand, OfIngestTakesAllThatIsAsked) {
  const auto options =
      std::get<IngestOptions>(parse_subcommand({"ingest", "a", "--results=/r", "b"}));
  EXPECT_EQ(options.results, "/r");
  EXPECT_THAT(options.sources, testing::ElementsAre("a", "b"));
  EXPECT_EQ(std::get<IngestOptions>(parse_subcommand({"ingest"})).results, "ndbench_results");
}

TEST(Subcommand, OfTheQueryTakesAllThatIsAsked) {
  const auto options = std::get<QueryOptions>(
      parse_subcommand({"query", "--format=json", "--results=/r", "SELECT 1"}));
  EXPECT_EQ(options.results, "/r");
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.query, "SELECT 1");
  EXPECT_EQ(std::get<QueryOptions>(parse_subcommand({"query"})).query, "");
}

TEST(Subcommand, OfCompareTakesAllThatIsAsked) {
  auto options = std::get<CompareOptions>(parse_subcommand({"compare", "a", "b"}));
  EXPECT_THAT(options.runs, testing::ElementsAre("a", "b"));
  EXPECT_EQ(options.results, "ndbench_results");
  EXPECT_EQ(options.format, "text");
  EXPECT_EQ(options.rules.threshold, 0.02);
  EXPECT_FALSE(options.rules.unlike);
  EXPECT_FALSE(options.out.has_value());
  options =
      std::get<CompareOptions>(parse_subcommand({"compare", "--threshold=5%", "a", "--unlike",
                                                 "--format=md", "--out=o", "--results=/r", "b"}));
  EXPECT_EQ(options.rules.threshold, 0.05);
  EXPECT_TRUE(options.rules.unlike);
  EXPECT_EQ(options.format, "md");
  EXPECT_EQ(options.out, "o");
  EXPECT_EQ(options.results, "/r");
}

TEST(Subcommand, OfAbTakesAllThatIsAsked) {
  auto options = std::get<AbOptions>(parse_subcommand({"ab", "a", "b"}));
  EXPECT_EQ(options.before, "a");
  EXPECT_EQ(options.now, "b");
  EXPECT_EQ(options.suite, "default");
  EXPECT_EQ(options.rounds, 6);
  EXPECT_EQ(options.threshold, 0.02);
  EXPECT_FALSE(options.results.has_value());
  options = std::get<AbOptions>(parse_subcommand(
      {"ab", "--threshold=5%", "a", "b", "--rounds=12", "--suite=s", "--benchmark_filter=f",
       "--plugin_path=/p", "--data_path=/d", "--results=/r"}));
  EXPECT_EQ(options.threshold, 0.05);
  EXPECT_EQ(options.rounds, 12);
  EXPECT_EQ(options.suite, "s");
  EXPECT_EQ(options.filter, "f");
  EXPECT_EQ(options.plugin_path, "/p");
  EXPECT_EQ(options.data_path, "/d");
  EXPECT_EQ(options.results, "/r");
  EXPECT_EQ(std::get<AbOptions>(parse_subcommand({"ab", "a", "b", "--threshold=0"})).threshold, 0);
}

TEST(Subcommand, AnswersWithHelpAndVersion) {
  EXPECT_THAT(
      std::get<Answer>(parse_subcommand({"--help"})).text,
      AllOf(HasSubstr("doctor"), HasSubstr("list"), HasSubstr("ingest"), HasSubstr("query")));
  EXPECT_THAT(std::get<Answer>(parse_subcommand({"query", "--help"})).text, HasSubstr("--format"));
  EXPECT_THAT(std::get<Answer>(parse_subcommand({"doctor", "--help"})).text,
              HasSubstr("--seconds"));
  EXPECT_THAT(std::get<Answer>(parse_subcommand({"--version"})).text, HasSubstr("ndbench 0."));
}

TEST(Subcommand, HelpFitsATerminalOf80Columns) {
  for (const char* name :
       {"", "doctor", "list", "ingest", "query", "gate", "ab", "report", "compare"}) {
    const bool is_program = *name == '\0';
    const auto arguments =
        is_program ? std::vector<std::string>{"--help"} : std::vector<std::string>{name, "--help"};
    std::istringstream help(std::get<Answer>(parse_subcommand(arguments)).text);
    int lines = 0;
    for (std::string line; std::getline(help, line); ++lines) EXPECT_LE(line.size(), 80U) << line;
    EXPECT_GT(lines, 5) << name;
  }
}

TEST(Subcommand, IsAskedForWhereThereIsNone) {
  EXPECT_THAT(complaint({}), HasSubstr("doctor, list, ingest, query, gate, ab, report or compare"));
}

TEST(Subcommand, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(complaint({"docter"}),
              HasSubstr("'docter' is not a subcommand; did you mean 'doctor'?"));
  EXPECT_THAT(complaint({"lst"}), HasSubstr("did you mean 'list'?"));
  EXPECT_THAT(complaint({"doctor", "--secnds=1"}), HasSubstr("did you mean '--seconds'?"));
  EXPECT_THAT(complaint({"list", "--seconds=1"}), HasSubstr("'--seconds=1' is not known"));
  EXPECT_THAT(complaint({"doctor", "please"}), HasSubstr("'please' is not known"));
  EXPECT_THAT(complaint({"--sudo"}), HasSubstr("'--sudo' is not known"));
  EXPECT_THAT(complaint({"doctor", "list"}), HasSubstr("one subcommand at a time"));
  EXPECT_THAT(complaint({"query", "SELECT 1", "SELECT 2"}), HasSubstr("'SELECT 2' is not known"));
  EXPECT_THAT(complaint({"ingest", "--result=r"}), HasSubstr("did you mean '--results'?"));
  EXPECT_THAT(complaint({"query", "--frmat=csv"}), HasSubstr("did you mean '--format'?"));
  EXPECT_THAT(complaint({"x\x1b[2J"}), HasSubstr("'x\\x1b[2J'"));
}

TEST(Subcommand, RefusesValuesThatMakeNoSense) {
  for (const char* seconds : {"0", "-1", "nan", "inf", "3601", "soon", ""}) {
    EXPECT_NE(complaint({"doctor", std::string("--seconds=") + seconds}), "") << seconds;
  }
  EXPECT_THAT(complaint({"doctor", "--format=xml"}), HasSubstr("neither 'text' nor 'json'"));
  EXPECT_NE(complaint({"list", "--format="}), "");
  EXPECT_THAT(complaint({"query", "--format=text"}), HasSubstr("neither 'csv' nor 'json'"));
  EXPECT_THAT(complaint({"query", "--results", ""}), HasSubstr("--results: '' is no folder"));
  EXPECT_THAT(complaint({"ingest", ""}), HasSubstr("'' is no folder"));
  EXPECT_THAT(complaint({"compare", "a"}), HasSubstr("two runs, A and B"));
  EXPECT_THAT(complaint({"compare", "a", "b", "c"}), HasSubstr("'c' is not known"));
  EXPECT_THAT(complaint({"compare", "a", "b", "--out", ""}), HasSubstr("--out: '' is no file"));
  for (const char* threshold : {"0", "nan", "-2%", "101%", "2 %", "2%%", "%", ""}) {
    EXPECT_THAT(complaint({"compare", "a", "b", "--threshold", threshold}),
                HasSubstr("--threshold"))
        << threshold;
  }
  for (const char* threshold : {"nan", "-2%", "101%", "2 %", "soon", ""}) {
    EXPECT_THAT(complaint({"ab", "a", "b", "--threshold", threshold}), HasSubstr("--threshold"))
        << threshold;
  }
  for (const char* rounds : {"5", "1", "0", "-6", "1001"}) {
    EXPECT_THAT(complaint({"ab", "a", "b", "--rounds", rounds}),
                HasSubstr("is not from 6 to 1000; an interval takes 6 pairs"))
        << rounds;
  }
}

}  // namespace
}  // namespace ndbench
