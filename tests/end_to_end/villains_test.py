"""A plugin that misbehaves costs its own cell only, and the cell says what happened."""

import unittest

from suite_run import SuiteTest, suite_text, workers_of

PHASES = ["prepare", "train", "evaluate", "hash", "teardown"]

# What the reason says. None: the cell passes.
EVERYWHERE = {
    "abort": "killed by SIGABRT (Aborted)",
    "exit0": "exited with status 0",
    "hang": "no answer within 5 s",
    "print": None,
    "segfault": "killed by SIGSEGV (Segmentation fault)",
    "throw": "std::runtime_error: thrown by a villain",
}
WHILE_TRAINING = {
    "bad_alloc": "out of memory",
    "close_protocol": "exited with status 1",
    "close_protocol_and_hang": "closed the connection",
    "exit0_at_once": "exited with status 0",
    "hang_ignoring_sigterm": "no answer within 5 s",
    "kill": "killed by SIGKILL (Killed)",
    "leave_child": None,
    "stack_overflow": "killed by SIGSEGV (Segmentation fault)",
    "throw_c10": "checked by a villain",
    "throw_int": "threw a int",
    "throw_ndbench": "the villain's data is gone; bring it back",
    "write_protocol": "worker protocol",
}


class Villain:
    def __init__(self, misdeed, phase, reason):
        self.misdeed = misdeed
        self.phase = phase
        self.reason = reason
        self.early = phase in ("load", "describe")
        self.model = f"{misdeed}_{phase}"

    @property
    def table(self):
        if self.early:
            return {"name": self.model, "plugin": f"villain_{self.phase}_{self.misdeed}"}
        return {
            "name": self.model,
            "plugin": "villain",
            "misdeed": self.misdeed,
            "phase": self.phase,
        }

    def __str__(self):
        return f"{self.misdeed} in {self.phase}"


def all_villains():
    result = [
        Villain(misdeed, phase, reason)
        for misdeed, reason in EVERYWHERE.items()
        for phase in ["load", "describe", *PHASES]
    ]
    result += [Villain(misdeed, "train", reason) for misdeed, reason in WHILE_TRAINING.items()]
    for villain in result:
        # No exception leaves a static initializer or a destructor.
        if villain.misdeed == "throw" and villain.phase in ("load", "teardown"):
            villain.reason = "killed by SIGABRT"
    return result


class OneSuiteOfVillains(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.villains = all_villains()
        tables = [villain.table for villain in cls.villains]
        # Honest cells before, between and after the villains'.
        honest = [{"name": f"honest{place}", "plugin": "null"} for place in range(3)]
        middle = len(tables) // 2
        cls.suite = suite_text(
            [honest[0], *tables[:middle], honest[1], *tables[middle:], honest[2]],
            epoch={"replicas": 1},
        )
        cls.done = cls.run_suite(cls.suite, "--timeout=5", "--benchmark_format=json")

    def test_exit_code_says_that_a_benchmark_failed(self):
        self.assert_exit(self.done, 12)

    def test_every_cell_is_in_the_journal_once(self):
        names = [record["model"] for record in self.done.records]
        expected = ["honest0", "honest1", "honest2", *(v.model for v in self.villains)]
        self.assertCountEqual(names, expected)

    def test_every_cell_is_on_stdout_which_is_strict_json(self):
        names = [row["run_name"].split("/")[0] for row in self.done.json["benchmarks"]]
        expected = ["honest0", "honest1", "honest2", *(v.model for v in self.villains)]
        self.assertCountEqual(names, expected)

    def test_honest_cells_pass(self):
        for place in range(3):
            (record,) = self.done.records_of(f"honest{place}/cpu/fixed/epoch")
            self.assertEqual(record["outcome"], {"status": "passed"})

    def test_each_villain_ends_as_expected(self):
        for villain in self.villains:
            with self.subTest(str(villain)):
                (record,) = self.done.records_of(f"{villain.model}/cpu/fixed/epoch")
                outcome = record["outcome"]
                if villain.reason is None:
                    self.assertEqual(outcome, {"status": "passed"})
                    continue
                self.assertEqual(outcome["status"], "failed")
                self.assertIn(villain.reason, outcome["reason"])
                self.assertIn(f"villain: {villain.misdeed} in {villain.phase}\n", outcome["output"])
                self.assertEqual(outcome["phase"], villain.phase)

    def test_each_failure_is_an_error_in_the_json_without_a_time(self):
        rows = {row["run_name"].split("/")[0]: row for row in self.done.json["benchmarks"]}
        for villain in self.villains:
            if villain.reason is None:
                continue
            with self.subTest(str(villain)):
                row = rows[villain.model]
                self.assertIs(row["error_occurred"], True)
                self.assertIn(villain.reason, row["error_message"])
                self.assertNotIn("real_time", row)

    def test_stderr_tells_of_each_failure_with_what_the_villain_printed(self):
        for villain in self.villains:
            with self.subTest(str(villain)):
                told = f"FAILED {villain.model}/cpu/fixed/epoch" in self.done.stderr
                self.assertEqual(told, villain.reason is not None)
        self.assertIn("  | villain: segfault in train\n", self.done.stderr)

    def test_no_process_is_left(self):
        self.assertEqual(workers_of(self.done.pid), [])

    def test_the_summary_has_a_row_for_every_cell(self):
        summary = (self.done.folder / "summary.md").read_text()
        for model in ["honest0", "honest1", "honest2", *(v.model for v in self.villains)]:
            with self.subTest(model):
                escaped = model.replace("_", "\\_")  # Markdown would take _x_ for emphasis
                self.assertIn(f"| {escaped} | cpu | epoch |", summary)


class VillainsAmongInterleavedSteps(SuiteTest):
    """In the scope `step` two workers are alive at once; one may end while the other waits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        deeds = ["abort", "close_protocol", "print", "segfault", "throw"]
        tables = [
            {"name": f"{deed}_{phase}", "plugin": "villain", "misdeed": deed, "phase": phase}
            for deed in deeds
            for phase in ["prepare", "train"]
        ]
        cls.done = cls.run_suite(
            suite_text(
                [*tables, {"name": "honest", "plugin": "null"}],
                modes=["fixed", "noisy"],
                step={"replicas": 2, "steps": 2, "warmup": 1, "blocks": 2},
            ),
            "--benchmark_format=json",
        )

    def test_villains_fail_in_both_modes_and_printing_passes(self):
        self.assert_exit(self.done, 12)
        for record in self.done.records:
            with self.subTest(record["name"], replica=record["replica"]):
                passes = record["model"].split("_")[0] in ("honest", "print")
                self.assertEqual(record["outcome"]["status"], "passed" if passes else "failed")

    def test_failed_cells_are_not_tried_again_and_others_are_measured_in_full(self):
        count = {}
        for record in self.done.records:
            count[record["name"]] = count.get(record["name"], 0) + 1
        self.assertEqual(count["honest/cpu/fixed/step"], 2)
        self.assertEqual(count["print_train/cpu/noisy/step"], 2)
        self.assertEqual(count["abort_train/cpu/noisy/step"], 1)

    def test_no_process_is_left(self):
        self.assertEqual(workers_of(self.done.pid), [])


class CapturedOutput(SuiteTest):
    def test_only_the_end_of_long_output_is_kept(self):
        run = self.run_suite(
            suite_text(
                [{"name": "loud", "plugin": "villain", "misdeed": "print_and_abort"}],
                epoch={"replicas": 1},
            )
        )
        self.assert_exit(run, 12)
        (record,) = run.records
        self.assertIn("killed by SIGABRT", record["outcome"]["reason"])
        self.assertLessEqual(len(record["outcome"]["output"]), 64 * 1024)
        self.assertTrue(record["outcome"]["output"].endswith("the last line before abort\n"))


if __name__ == "__main__":
    unittest.main()
