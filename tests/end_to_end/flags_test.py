"""Every flag and variable does what Google Benchmark's users expect, and says so when it cannot."""

import csv
import io
import os
import unittest

from suite_run import SuiteTest, strict_json, suite_text

STEPS = suite_text(
    ["null"], modes=["fixed", "noisy"], step={"replicas": 2, "steps": 2, "warmup": 0}
)
EPOCH = suite_text(["null"], epoch={"replicas": 1})
NAMES = ["null/cpu/fixed/step", "null/cpu/noisy/step"]


def csv_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


class WrongFlags(SuiteTest):
    def refused(self, *flags, **options):
        run = self.run_suite(STEPS, *flags, **options)
        self.assert_exit(run, 2)
        self.assertEqual(run.folders, [])
        self.assertEqual(run.stdout, "")
        return run

    def test_a_misspelt_flag_gets_a_suggestion(self):
        for wrong, right in [
            ("--benchmark_filtr=x", "--benchmark_filter"),
            ("--benchmark_repetition=3", "--benchmark_repetitions"),
            ("--plugins_path=x", "--plugin_path"),
        ]:
            with self.subTest(wrong):
                run = self.refused(wrong)
                self.assert_one_message(run, wrong, f"did you mean '{right}'")

    def test_an_unknown_word_is_refused(self):
        self.assert_one_message(self.refused("suite.toml"), "suite.toml", "--help")

    def test_a_bad_value_is_refused_naming_flag_and_value(self):
        for flag, values in {
            "--benchmark_color": ["mauve"],
            "--benchmark_context": ["novalue", "=x", "a=1,b"],
            "--benchmark_dry_run": ["perhaps"],
            "--benchmark_enable_random_interleaving": ["perhaps"],
            "--benchmark_filter": ["(", "[z-a]", "*"],
            "--benchmark_format": ["xml", "2"],
            "--benchmark_list_tests": ["perhaps"],
            "--benchmark_min_time": ["0", "-1s", "nan", "inf", "5y", "0x", "x", "1e99", "5xx"],
            "--benchmark_min_warmup_time": ["-1", "nan", "inf", "x"],
            "--benchmark_out_format": ["xml"],
            "--benchmark_perf_counters": ["CYCLES"],
            "--benchmark_repetitions": ["0", "-1", "1.5", "x", "99999999999999999999"],
            "--benchmark_time_unit": ["h"],
            "--timeout": ["0", "-1", "nan", "inf", "x", ""],
            "--v": ["x"],
        }.items():
            for value in values:
                with self.subTest(f"{flag}={value}"):
                    self.assert_one_message(self.refused(f"{flag}={value}"), flag)

    def test_a_value_that_is_no_choice_is_answered_with_the_choices(self):
        run = self.refused("--benchmark_format=jsom")
        for choice in ["'jsom'", "'console'", "'json'", "'csv'"]:
            self.assertIn(choice, run.stderr)

    def test_a_missing_value_is_refused(self):
        for flag in ["--suite", "--results", "--benchmark_out", "--benchmark_repetitions"]:
            with self.subTest(flag):
                self.assert_one_message(self.refused(flag), flag)

    def test_a_bad_variable_is_refused_like_its_flag(self):
        run = self.refused(environment={"BENCHMARK_FORMAT": "xml"})
        self.assert_one_message(run, "--benchmark_format", "xml")

    def test_a_filter_that_matches_nothing_selects_nothing(self):
        run = self.run_suite(STEPS, "--benchmark_filter=resnet")
        self.assert_exit(run, 4)
        self.assert_one_message(run, "resnet", "2 benchmarks")
        self.assertEqual(run.folders, [])


class Answers(SuiteTest):
    def test_help_names_every_flag(self):
        run = self.run_suite(None, "--help")
        self.assert_exit(run, 0)
        self.assertEqual(run.stderr, "")
        self.assertIn("ndbench_suite [OPTIONS]", run.stdout)
        for flag in ["--suite", "--results", "--plugin_path", "--data", "--timeout", "--version"]:
            self.assertIn(flag, run.stdout)
        for flag in ["filter", "format", "out", "min_time", "dry_run", "list_tests"]:
            self.assertIn(f"--benchmark_{flag}", run.stdout)

    def test_version_is_one_line(self):
        run = self.run_suite(None, "--version")
        self.assert_exit(run, 0)
        self.assertRegex(run.stdout, r"\Andbench \d+\.\d+\.\d+ .*\n\Z")

    def test_listing_prints_the_names_and_starts_nothing(self):
        run = self.run_suite(STEPS, "--benchmark_list_tests", "--plugin_path=/nowhere")
        self.assert_exit(run, 0)
        self.assertEqual(run.stdout.splitlines(), NAMES)
        self.assertEqual(run.stderr, "")
        self.assertEqual(run.folders, [])

    def test_listing_as_json(self):
        run = self.run_suite(STEPS, "--benchmark_list_tests", "--benchmark_format=json")
        self.assertEqual([row["name"] for row in run.json["benchmarks"]], NAMES)

    def test_filters_match_as_google_benchmark_does(self):
        for expression, expected in {
            "": NAMES,
            "all": NAMES,
            "noisy": NAMES[1:],
            "-noisy": NAMES[:1],
            "^null/.*/(fixed|algo)/step$": NAMES[:1],
        }.items():
            with self.subTest(expression):
                run = self.run_suite(
                    STEPS, "--benchmark_list_tests", f"--benchmark_filter={expression}"
                )
                self.assertEqual(run.stdout.splitlines(), expected)

    def test_variables_stand_in_for_flags_and_flags_override_them(self):
        variables = {"BENCHMARK_FILTER": "noisy", "BENCHMARK_LIST_TESTS": "true"}
        run = self.run_suite(STEPS, environment=variables)
        self.assertEqual(run.stdout.splitlines(), NAMES[1:])
        run = self.run_suite(STEPS, "--benchmark_filter=fixed", environment=variables)
        self.assertEqual(run.stdout.splitlines(), NAMES[:1])

    def test_of_a_flag_given_twice_the_last_counts(self):
        run = self.run_suite(
            STEPS,
            "--benchmark_filter=fixed",
            "--benchmark_filter=noisy",
            "--benchmark_list_tests=false",
            "--benchmark_list_tests",
        )
        self.assertEqual(run.stdout.splitlines(), NAMES[1:])


class HowMuch(SuiteTest):
    def iterations(self, suite, *flags, **options):
        run = self.run_suite(suite, *flags, "--benchmark_format=csv", **options)
        self.assert_exit(run, 0)
        return [int(row["iterations"]) for row in csv_rows(run.stdout)]

    def test_min_time_5x_is_five_steps_per_replica(self):
        flags = ["--benchmark_min_time=5x", "--benchmark_repetitions=1"]
        self.assertEqual(self.iterations(STEPS, *flags), [5, 5])

    def test_min_time_2x_is_two_epochs_per_replica(self):
        self.assertEqual(self.iterations(EPOCH, "--benchmark_min_time=2x"), [2])

    def test_min_time_in_seconds_is_filled_with_steps(self):
        suite = suite_text(
            [{"name": "null", "step_microseconds": 1000}],
            step={"replicas": 1, "steps": 2, "warmup": 0},
        )
        for flag in ["--benchmark_min_time=0.02s", "--benchmark_min_time=0.02"]:
            (count,) = self.iterations(suite, flag)
            self.assertGreater(count, 2)
            self.assertLessEqual(count, 20)  # steps of at least a millisecond each

    def test_repetitions_are_replicas(self):
        run = self.run_suite(EPOCH, environment={"BENCHMARK_REPETITIONS": "3"})
        self.assert_exit(run, 0)
        self.assertEqual([record["replica"] for record in run.records], [0, 1, 2])

    def test_a_dry_run_measures_one_iteration_and_writes_nothing(self):
        run = self.run_suite(
            STEPS, "--benchmark_dry_run", "--benchmark_format=csv", "--benchmark_repetitions=9"
        )
        self.assert_exit(run, 0)
        self.assertEqual([row["iterations"] for row in csv_rows(run.stdout)], ["1", "1"])
        self.assertEqual(run.folders, [])

    def test_warmup_steps_are_not_among_the_samples(self):
        suite = suite_text(["null"], step={"replicas": 1, "steps": 2, "warmup": 0})
        run = self.run_suite(suite, "--benchmark_min_warmup_time=0.0001")
        self.assert_exit(run, 0)
        samples = run.records[0]["samples"]
        self.assertGreater(samples["warmup_steps"], 0)
        self.assertEqual(len(samples["step_seconds"]), 2)

    def test_random_interleaving_measures_the_same_replicas(self):
        run = self.run_suite(STEPS, "--benchmark_enable_random_interleaving")
        self.assert_exit(run, 0)
        done = sorted((record["name"], record["replica"]) for record in run.records)
        self.assertEqual(done, [(name, replica) for name in NAMES for replica in (0, 1)])


class Outputs(SuiteTest):
    def test_json_has_the_schema_of_google_benchmark(self):
        run = self.run_suite(
            STEPS,
            "--benchmark_format=json",
            "--benchmark_context=lab=north,date=mine",
            "--benchmark_time_unit=us",
        )
        self.assert_exit(run, 0)
        context = run.json["context"]
        self.assertEqual(context["json_schema_version"], 1)
        self.assertEqual(context["lab"], "north")
        self.assertNotEqual(context["date"], "mine")
        self.assertEqual(context["context:date"], "mine")
        rows = run.json["benchmarks"]
        self.assertEqual([row["run_name"] for row in rows if row["run_type"] == "iteration"],
                         [NAMES[0], NAMES[0], NAMES[1], NAMES[1]])
        self.assertEqual(
            {row["aggregate_name"] for row in rows if row["run_type"] == "aggregate"},
            {"mean", "median", "stddev", "cv"},
        )
        self.assertEqual({row["time_unit"] for row in rows}, {"us"})

    def test_csv_has_as_many_fields_in_each_row_as_in_the_header(self):
        run = self.run_suite(
            STEPS.replace('name = "null"', 'name = "null"\nplugin = "nowhere"'),
            "--benchmark_format=csv",
        )
        self.assert_exit(run, 15)  # a reason of several lines with commas
        rows = list(csv.reader(io.StringIO(run.stdout)))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        self.assertIn("nowhere", rows[1][rows[0].index("error_message")])

    def test_display_aggregates_only_leaves_the_file_complete(self):
        run = self.run_suite(
            STEPS,
            "--benchmark_display_aggregates_only",
            "--benchmark_format=json",
            "--benchmark_out=out.json",
        )
        self.assert_exit(run, 0)
        self.assertEqual({row["run_type"] for row in run.json["benchmarks"]}, {"aggregate"})
        written = strict_json((run.folder.parent.parent / "out.json").read_text())
        self.assertEqual(len(written["benchmarks"]), 2 * (2 + 4))

    def test_report_aggregates_only_holds_for_the_file_too(self):
        run = self.run_suite(
            STEPS,
            "--benchmark_report_aggregates_only",
            "--benchmark_format=csv",
            "--benchmark_out=out.csv",
            "--benchmark_out_format=csv",
        )
        self.assert_exit(run, 0)
        written = (run.folder.parent.parent / "out.csv").read_text()
        self.assertEqual(written, run.stdout)
        self.assertEqual(len(csv_rows(written)), 2 * 4)

    def test_colour_is_written_only_on_demand(self):
        run = self.run_suite(EPOCH, "--benchmark_color=true", "--benchmark_dry_run")
        self.assertIn("\x1b[", run.stdout)
        run = self.run_suite(EPOCH, "--benchmark_dry_run", "--benchmark_counters_tabular")
        self.assertNotIn("\x1b[", run.stdout)

    def test_console_output_ends_with_the_summary_that_lies_in_the_folder_too(self):
        run = self.run_suite(STEPS)
        self.assert_exit(run, 0)
        self.assertIn("null/cpu/step", run.stdout)
        self.assertIn("distinct hashes", (run.folder / "summary.md").read_text())
        self.assertIn(str(run.folder), run.stderr)

    def test_an_out_file_is_there_in_whole_or_not_at_all(self):
        run = self.run_suite(EPOCH, "--benchmark_out=out.json")
        self.assert_exit(run, 0)
        names = os.listdir(run.folder.parent.parent)
        self.assertCountEqual(names, ["out.json", "results", "test.toml"])


class Unwritable(SuiteTest):
    def test_results_that_cannot_be_written_are_found_before_anything_is_measured(self):
        blocker = self.folder / "a_file"
        blocker.write_text("")
        for place in [blocker, blocker / "below", "/proc/nowhere"]:
            with self.subTest(str(place)):
                run = self.run_suite(EPOCH, f"--results={place}")
                self.assert_exit(run, 13)
                self.assertIn(str(place), run.messages[0])
                self.assertNotIn("replica 0", run.stderr)
                self.assertEqual(run.stdout, "")
        self.assertEqual(blocker.read_text(), "")

    def test_an_out_file_that_cannot_be_written_is_found_before_anything_is_measured(self):
        folder = self.folder / "out.json"
        folder.mkdir()
        for place in [folder, folder / "below" / "out.json"]:
            with self.subTest(str(place)):
                run = self.run_suite(EPOCH, f"--benchmark_out={place}")
                self.assert_exit(run, 13)
                self.assertIn(str(place), run.messages[0])
                self.assertNotIn("replica 0", run.stderr)
                self.assertEqual(run.stdout, "")
                self.assertEqual(run.folders, [])
        self.assertEqual(list(self.folder.glob("out.json*")), [folder])

    def test_a_full_out_file_does_not_spoil_the_other_results(self):
        # Through a link: a program that replaced the file would not replace root's device.
        full = self.folder / "full"
        full.symlink_to("/dev/full")
        run = self.run_suite(EPOCH, f"--benchmark_out={full}", "--benchmark_format=json")
        self.assert_exit(run, 13)
        self.assertIn(str(full), run.messages[0])
        self.assertTrue(full.is_symlink())
        self.assertEqual(len(run.json["benchmarks"]), 1)
        self.assertEqual(len(run.records), 1)
        self.assertTrue((run.folder / "summary.md").exists())

    def test_a_full_stdout_is_an_error(self):
        for flags in [[], ["--benchmark_format=json"], ["--benchmark_list_tests"], ["--help"]]:
            with self.subTest(flags), open("/dev/full", "w") as full:
                run = self.run_suite(EPOCH, *flags, stdout=full)
                self.assert_exit(run, 13)

    def test_a_stdout_that_is_closed_is_an_error_and_the_journal_holds_the_measurement(self):
        run = self.run_suite(
            EPOCH, "--benchmark_format=json", stdout=None, preexec_fn=lambda: os.close(1)
        )
        self.assert_exit(run, 13)
        self.assertEqual(len(run.records), 1)

    def test_a_reader_that_goes_away_is_an_error(self):
        read, write = os.pipe()
        os.close(read)
        with open(write, "w") as gone:
            run = self.run_suite(EPOCH, "--benchmark_format=json", stdout=gone)
        self.assert_exit(run, 13)
        self.assertIn("Broken pipe", run.stderr)

    def test_a_stderr_that_is_full_or_closed_costs_only_the_messages(self):
        villain = suite_text([{"name": "v", "plugin": "villain", "misdeed": "throw"}, "null"],
                             epoch={"replicas": 1})
        with open("/dev/full", "w") as full:
            run = self.run_suite(villain, "--benchmark_format=json", stderr=full)
        self.assert_exit(run, 12)
        self.assertEqual(len(run.records), 2)
        run = self.run_suite(
            villain, "--benchmark_format=json", stderr=None, preexec_fn=lambda: os.close(2)
        )
        self.assert_exit(run, 12)
        self.assertEqual(len(run.json["benchmarks"]), 2)
        self.assertEqual(len(run.records), 2)  # and no message among them


if __name__ == "__main__":
    unittest.main()
