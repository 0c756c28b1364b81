#include "core/command_line.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "environment_variable.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

/// What UsageError says about the arguments.
std::string message_of(const std::vector<std::string>& arguments) {
  try {
    (void)parse_command_line(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

CommandLine parse(const std::vector<std::string>& arguments) {
  return parse_command_line(arguments);
}

TEST(CommandLine, HasDefaults) {
  const CommandLine line = parse({});
  EXPECT_FALSE(line.answer);
  EXPECT_EQ(line.suite, "default");
  EXPECT_EQ(line.results, "ndbench_results");
  EXPECT_EQ(line.plugin_path, "");
  EXPECT_EQ(line.data_path, "");
  EXPECT_EQ(line.timeout_seconds, 600.0);
  EXPECT_EQ(line.jobs, 1);
  EXPECT_EQ(line.filter, "");
  EXPECT_FALSE(line.list_tests);
  EXPECT_FALSE(line.limits.replicas);
  EXPECT_FALSE(line.limits.iterations);
  EXPECT_EQ(line.limits.minimum_seconds, 0.0);
  EXPECT_EQ(line.limits.minimum_warmup_seconds, 0.0);
  EXPECT_FALSE(line.limits.dry_run);
  EXPECT_EQ(line.format, Format::kConsole);
  EXPECT_FALSE(line.out);
  EXPECT_EQ(line.out_format, Format::kJson);
  EXPECT_EQ(line.style.time_unit, TimeUnit::kMillisecond);
  EXPECT_FALSE(line.style.counters_tabular);
  EXPECT_EQ(line.colour, Colour::kAuto);
  EXPECT_FALSE(line.report_aggregates_only);
  EXPECT_FALSE(line.display_aggregates_only);
  EXPECT_FALSE(line.random_interleaving);
  EXPECT_EQ(line.verbosity, 0);
  EXPECT_THAT(line.context, IsEmpty());
}

TEST(CommandLine, ReadsEveryFlag) {
  const CommandLine line = parse({"--suite=s.toml",
                                  "--results=/r",
                                  "--plugin_path=/p1:/p2",
                                  "--data=/d",
                                  "--timeout=1.5",
                                  "--jobs=3",
                                  "--benchmark_filter=-fixed|noisy",
                                  "--benchmark_list_tests",
                                  "--benchmark_min_time=0.25",
                                  "--benchmark_min_warmup_time=0.5",
                                  "--benchmark_repetitions=7",
                                  "--benchmark_dry_run",
                                  "--benchmark_format=csv",
                                  "--benchmark_out=o.json",
                                  "--benchmark_out_format=console",
                                  "--benchmark_time_unit=us",
                                  "--benchmark_color=false",
                                  "--benchmark_report_aggregates_only",
                                  "--benchmark_display_aggregates_only",
                                  "--benchmark_counters_tabular",
                                  "--benchmark_enable_random_interleaving",
                                  "--benchmark_context=a=1,b=x=y",
                                  "--v=2"});
  EXPECT_EQ(line.suite, "s.toml");
  EXPECT_EQ(line.results, "/r");
  EXPECT_EQ(line.plugin_path, "/p1:/p2");
  EXPECT_EQ(line.data_path, "/d");
  EXPECT_EQ(line.timeout_seconds, 1.5);
  EXPECT_EQ(line.jobs, 3);
  EXPECT_EQ(line.filter, "-fixed|noisy");
  EXPECT_TRUE(line.list_tests);
  EXPECT_EQ(line.limits.minimum_seconds, 0.25);
  EXPECT_EQ(line.limits.minimum_warmup_seconds, 0.5);
  EXPECT_EQ(line.limits.replicas, 7);
  EXPECT_TRUE(line.limits.dry_run);
  EXPECT_EQ(line.format, Format::kCsv);
  EXPECT_EQ(line.out, "o.json");
  EXPECT_EQ(line.out_format, Format::kConsole);
  EXPECT_EQ(line.style.time_unit, TimeUnit::kMicrosecond);
  EXPECT_EQ(line.colour, Colour::kNever);
  EXPECT_TRUE(line.report_aggregates_only);
  EXPECT_TRUE(line.display_aggregates_only);
  EXPECT_TRUE(line.style.counters_tabular);
  EXPECT_TRUE(line.random_interleaving);
  EXPECT_THAT(line.context, ElementsAre(Pair("a", "1"), Pair("b", "x=y")));
  EXPECT_EQ(line.verbosity, 2);
}

TEST(CommandLine, TakesValuesBehindASpace) {
  const CommandLine line =
      parse({"--suite", "s", "--benchmark_filter", "-fixed", "--benchmark_repetitions", "3"});
  EXPECT_EQ(line.suite, "s");
  EXPECT_EQ(line.filter, "-fixed");
  EXPECT_EQ(line.limits.replicas, 3);
}

TEST(CommandLine, TakesSwitchesWithAValue) {
  EXPECT_TRUE(parse({"--benchmark_list_tests=true"}).list_tests);
  EXPECT_FALSE(parse({"--benchmark_list_tests=false"}).list_tests);
  EXPECT_FALSE(parse({"--benchmark_dry_run=false"}).limits.dry_run);
}

TEST(CommandLine, TakesAnEmptyValueForNone) {
  // As scripts give it: --benchmark_filter="$FILTER".
  const CommandLine line = parse({"--benchmark_filter=", "--benchmark_out=", "--benchmark_context=",
                                  "--benchmark_min_time=", "--benchmark_dry_run"});
  EXPECT_EQ(line.filter, "");
  EXPECT_FALSE(line.out);
  EXPECT_THAT(line.context, IsEmpty());
  EXPECT_EQ(line.limits.minimum_seconds, 0.0);
  EXPECT_TRUE(line.limits.dry_run);
  EXPECT_THAT(message_of({"--benchmark_repetitions="}), HasSubstr("--benchmark_repetitions"));
  EXPECT_THAT(message_of({"--benchmark_format="}), HasSubstr("--benchmark_format"));
}

TEST(CommandLine, ReadsIterationsOrSecondsAsMinimumTime) {
  EXPECT_EQ(parse({"--benchmark_min_time=5x"}).limits.iterations, 5);
  EXPECT_EQ(parse({"--benchmark_min_time=5x"}).limits.minimum_seconds, 0.0);
  EXPECT_EQ(parse({"--benchmark_min_time=1000000x"}).limits.iterations, 1'000'000);
  EXPECT_EQ(parse({"--benchmark_min_time=0.5s"}).limits.minimum_seconds, 0.5);
  EXPECT_EQ(parse({"--benchmark_min_time=2"}).limits.minimum_seconds, 2.0);
  EXPECT_FALSE(parse({"--benchmark_min_time=2"}).limits.iterations);
}

TEST(CommandLine, RefusesOtherMinimumTimes) {
  for (const std::string value : {"0x", "-1x", "1000001x", "99999999999x", "1.5x", "x", "s", "0",
                                  "0s", "-1", "nan", "inf", "1e7", "5 x", "0x5", "1s2", "5X"}) {
    EXPECT_THAT(message_of({"--benchmark_min_time=" + value}),
                HasSubstr("--benchmark_min_time: '" + value + "' is neither"));
  }
}

TEST(CommandLine, ReadsAPrecisionAsPercentOrShare) {
  EXPECT_FALSE(parse({}).limits.precision);
  EXPECT_FALSE(parse({}).limits.time_cap);
  EXPECT_DOUBLE_EQ(parse({"--precision=2%"}).limits.precision.value(), 0.02);
  EXPECT_DOUBLE_EQ(parse({"--precision", "0.015"}).limits.precision.value(), 0.015);
  EXPECT_DOUBLE_EQ(parse({"--precision=0.1%"}).limits.precision.value(), 0.001);
  EXPECT_EQ(parse({"--precision=2%", "--time_cap=90"}).limits.time_cap, 90.0);
}

TEST(CommandLine, RefusesOtherPrecisionsAndTimeCaps) {
  for (const std::string text : {"2", "0", "-1%", "0.05%", "51%", "nan", "2%%", "%", "2 %", "x"}) {
    EXPECT_THAT(message_of({"--precision=" + text}),
                AllOf(HasSubstr("--precision: '"), HasSubstr("(2% or 0.02)")))
        << text;
  }
  EXPECT_THAT(message_of({"--precision="}), HasSubstr("--precision"));
  for (const std::string text : {"0", "0.5", "-3", "nan", "1e7"}) {
    EXPECT_THAT(message_of({"--time_cap=" + text}), HasSubstr("--time_cap")) << text;
  }
}

TEST(CommandLine, ReadsEveryFormatUnitAndColour) {
  EXPECT_EQ(parse({"--benchmark_format=console"}).format, Format::kConsole);
  EXPECT_EQ(parse({"--benchmark_format=json"}).format, Format::kJson);
  EXPECT_EQ(parse({"--benchmark_out_format=csv"}).out_format, Format::kCsv);
  EXPECT_EQ(parse({"--benchmark_time_unit=ns"}).style.time_unit, TimeUnit::kNanosecond);
  EXPECT_EQ(parse({"--benchmark_time_unit=ms"}).style.time_unit, TimeUnit::kMillisecond);
  EXPECT_EQ(parse({"--benchmark_time_unit=s"}).style.time_unit, TimeUnit::kSecond);
  for (const std::string word : {"true", "yes", "1"}) {
    EXPECT_EQ(parse({"--benchmark_color=" + word}).colour, Colour::kAlways) << word;
  }
  for (const std::string word : {"false", "no", "0"}) {
    EXPECT_EQ(parse({"--benchmark_color=" + word}).colour, Colour::kNever) << word;
  }
  EXPECT_EQ(parse({"--benchmark_color=auto"}).colour, Colour::kAuto);
}

TEST(CommandLine, NamesTheFlagWhoseValueIsBad) {
  for (const std::string flag : {"--timeout=0",
                                 "--timeout=-1",
                                 "--timeout=ten",
                                 "--timeout=1e9",
                                 "--timeout=nan",
                                 "--timeout=inf",
                                 "--benchmark_min_warmup_time=-1",
                                 "--benchmark_min_warmup_time=nan",
                                 "--benchmark_min_warmup_time=x",
                                 "--benchmark_repetitions=0",
                                 "--benchmark_repetitions=-3",
                                 "--benchmark_repetitions=100001",
                                 "--benchmark_repetitions=2.5",
                                 "--benchmark_repetitions=99999999999",
                                 "--benchmark_format=xml",
                                 "--benchmark_out_format=tabular",
                                 "--benchmark_time_unit=min",
                                 "--benchmark_color=maybe",
                                 "--benchmark_list_tests=perhaps",
                                 "--v=high"}) {
    EXPECT_THAT(message_of({flag}), HasSubstr(flag.substr(0, flag.find('='))));
  }
}

TEST(CommandLine, RefusesAFlagWithoutItsValue) {
  EXPECT_THAT(message_of({"--suite"}), HasSubstr("--suite"));
  EXPECT_THAT(message_of({"--benchmark_out"}), HasSubstr("--benchmark_out"));
}

TEST(CommandLine, RefusesJobsThatAreNoNumberOfReplicas) {
  for (const std::string value : {"0", "-1", "two", "1.5", "100001"}) {
    EXPECT_THAT(message_of({"--jobs=" + value}), HasSubstr("--jobs")) << value;
  }
  EXPECT_THAT(message_of({"--jobs="}), HasSubstr("--jobs: the value is empty"));
}

TEST(CommandLine, RefusesAFlagThatIsGivenTwice) {
  EXPECT_THAT(message_of({"--suite=a", "--suite=b"}), HasSubstr("--suite"));
}

TEST(CommandLine, RefusesUnknownFlagsAndOffersTheNearest) {
  EXPECT_THAT(message_of({"--benchmark_filtre=x"}),
              AllOf(HasSubstr("'--benchmark_filtre=x' is not known"),
                    HasSubstr("did you mean '--benchmark_filter'?"), HasSubstr("--help")));
  EXPECT_EQ(message_of({"--frobnicate"}), "'--frobnicate' is not known; see --help");
  EXPECT_THAT(message_of({"suite.toml"}), HasSubstr("'suite.toml' is not known"));
  EXPECT_THAT(message_of({""}), HasSubstr("'' is not known"));
}

TEST(CommandLine, RefusesPerformanceCounters) {
  EXPECT_THAT(message_of({"--benchmark_perf_counters=CYCLES"}),
              AllOf(HasSubstr("--benchmark_perf_counters"), HasSubstr("leave it out")));
}

TEST(CommandLine, ReadsContext) {
  EXPECT_THAT(parse({"--benchmark_context=a="}).context, ElementsAre(Pair("a", "")));
  EXPECT_THAT(parse({"--benchmark_context=a=1,"}).context, ElementsAre(Pair("a", "1")));
}

TEST(CommandLine, RefusesContextThatIsNoPair) {
  for (const std::string text : {"a", "=1", "a=1,b", ",a=1"}) {
    EXPECT_THAT(message_of({"--benchmark_context=" + text}), HasSubstr("--benchmark_context: '"))
        << text;
  }
}

TEST(CommandLine, ReadsTheVariablesOfGoogleBenchmark) {
  const EnvironmentVariable filter("BENCHMARK_FILTER", "^m/");
  const EnvironmentVariable list("BENCHMARK_LIST_TESTS", "true");
  const EnvironmentVariable time("BENCHMARK_MIN_TIME", "3x");
  const EnvironmentVariable warmup("BENCHMARK_MIN_WARMUP_TIME", "0.5");
  const EnvironmentVariable repetitions("BENCHMARK_REPETITIONS", "4");
  const EnvironmentVariable dry("BENCHMARK_DRY_RUN", "true");
  const EnvironmentVariable format("BENCHMARK_FORMAT", "json");
  const EnvironmentVariable out("BENCHMARK_OUT", "o.csv");
  const EnvironmentVariable out_format("BENCHMARK_OUT_FORMAT", "csv");
  const EnvironmentVariable unit("BENCHMARK_TIME_UNIT", "ns");
  const EnvironmentVariable colour("BENCHMARK_COLOR", "true");
  const EnvironmentVariable report("BENCHMARK_REPORT_AGGREGATES_ONLY", "true");
  const EnvironmentVariable display("BENCHMARK_DISPLAY_AGGREGATES_ONLY", "true");
  const EnvironmentVariable tabular("BENCHMARK_COUNTERS_TABULAR", "true");
  const EnvironmentVariable random("BENCHMARK_ENABLE_RANDOM_INTERLEAVING", "true");
  const EnvironmentVariable context("BENCHMARK_CONTEXT", "k=v");
  const CommandLine line = parse({});
  EXPECT_EQ(line.filter, "^m/");
  EXPECT_TRUE(line.list_tests);
  EXPECT_EQ(line.limits.iterations, 3);
  EXPECT_EQ(line.limits.minimum_warmup_seconds, 0.5);
  EXPECT_EQ(line.limits.replicas, 4);
  EXPECT_TRUE(line.limits.dry_run);
  EXPECT_EQ(line.format, Format::kJson);
  EXPECT_EQ(line.out, "o.csv");
  EXPECT_EQ(line.out_format, Format::kCsv);
  EXPECT_EQ(line.style.time_unit, TimeUnit::kNanosecond);
  EXPECT_EQ(line.colour, Colour::kAlways);
  EXPECT_TRUE(line.report_aggregates_only);
  EXPECT_TRUE(line.display_aggregates_only);
  EXPECT_TRUE(line.style.counters_tabular);
  EXPECT_TRUE(line.random_interleaving);
  EXPECT_THAT(line.context, ElementsAre(Pair("k", "v")));
}

TEST(CommandLine, PrefersFlagsToVariables) {
  const EnvironmentVariable filter("BENCHMARK_FILTER", "variable");
  const EnvironmentVariable dry("BENCHMARK_DRY_RUN", "true");
  const CommandLine line = parse({"--benchmark_filter=flag", "--benchmark_dry_run=false"});
  EXPECT_EQ(line.filter, "flag");
  EXPECT_FALSE(line.limits.dry_run);
}

TEST(CommandLine, TakesAVariableForASwitchAsGoogleBenchmarkDoes) {
  for (const char* no : {"false", "0", "no", "off"}) {
    const EnvironmentVariable dry("BENCHMARK_DRY_RUN", no);
    EXPECT_FALSE(parse({}).limits.dry_run) << no;
  }
  for (const char* yes : {"true", "1", "yes", "on"}) {
    const EnvironmentVariable dry("BENCHMARK_DRY_RUN", yes);
    EXPECT_TRUE(parse({}).limits.dry_run) << yes;
  }
}

TEST(CommandLine, RefusesBadValuesOfVariables) {
  const EnvironmentVariable repetitions("BENCHMARK_REPETITIONS", "many");
  EXPECT_THAT(message_of({}), HasSubstr("--benchmark_repetitions: Value many not in range"));
}

TEST(CommandLine, RefusesToMeasureBesideAnotherRunUnlessTold) {
  const EnvironmentVariable unset("NDBENCH_HOST_LOCK", nullptr);
  EXPECT_EQ(parse({}).host_sharing, HostSharing::kRefuse);
  EXPECT_EQ(parse({"--host_lock=refuse"}).host_sharing, HostSharing::kRefuse);
  EXPECT_EQ(parse({"--host_lock=wait"}).host_sharing, HostSharing::kWait);
  EXPECT_EQ(parse({"--host_lock", "share"}).host_sharing, HostSharing::kShare);
  EXPECT_THROW(parse({"--host_lock=no"}), UsageError);
  EXPECT_THROW(parse({"--host_lock="}), UsageError);
}

TEST(CommandLine, ReadsTheVariableForEveryRunOfAHost) {
  const EnvironmentVariable wait("NDBENCH_HOST_LOCK", "wait");
  EXPECT_EQ(parse({}).host_sharing, HostSharing::kWait);
  EXPECT_EQ(parse({"--host_lock=share"}).host_sharing, HostSharing::kShare);
  const EnvironmentVariable empty("NDBENCH_HOST_LOCK", "");
  EXPECT_EQ(parse({}).host_sharing, HostSharing::kRefuse);
  const EnvironmentVariable bad("NDBENCH_HOST_LOCK", "no");
  EXPECT_THROW(parse({}), UsageError);
}

TEST(CommandLine, AnswersHelpWithEveryFlag) {
  const std::string help = parse({"--help"}).answer.value();
  for (const std::string flag : {"--suite",
                                 "--results",
                                 "--plugin_path",
                                 "--data",
                                 "--timeout",
                                 "--precision",
                                 "--time_cap",
                                 "--jobs",
                                 "--host_lock",
                                 "--version",
                                 "--benchmark_filter",
                                 "--benchmark_list_tests",
                                 "--benchmark_min_time",
                                 "--benchmark_min_warmup_time",
                                 "--benchmark_repetitions",
                                 "--benchmark_dry_run",
                                 "--benchmark_format",
                                 "--benchmark_out",
                                 "--benchmark_out_format",
                                 "--benchmark_time_unit",
                                 "--benchmark_color",
                                 "--benchmark_report_aggregates_only",
                                 "--benchmark_display_aggregates_only",
                                 "--benchmark_counters_tabular",
                                 "--benchmark_enable_random_interleaving",
                                 "--benchmark_context"}) {
    EXPECT_THAT(help, HasSubstr(flag));
  }
  EXPECT_THAT(help, HasSubstr("11 determinism breach"));
}

TEST(CommandLine, AnswersItsVersion) {
  EXPECT_THAT(parse({"--version"}).answer.value(), AllOf(StartsWith("ndbench "), HasSubstr("\n")));
}

}  // namespace
}  // namespace ndbench
