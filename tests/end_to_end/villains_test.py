"""A plugin that misbehaves costs its own cell only, and the cell says what happened."""

import concurrent.futures
import json
import os
import subprocess
import unittest

from suite_run import Run, SuiteTest, suite_text, toml_table, workers_of

EARLY = ["load", "describe"]
PHASES = ["prepare", "train", "evaluate", "hash", "teardown"]

PASSED = None
ENDLESS = "no end of phase '{phase}' within "
KILLED = "killed by SIG"

# What the reason says, in every phase. A tuple: one of several, as the machine has it.
QUICK = {
    "abort": "killed by SIGABRT (Aborted)",
    "allocate": "the suite's [limits] allow it memory = 3000000000 bytes",
    "bad_alloc": "out of memory",
    "block_signals": PASSED,
    "change_folder": PASSED,
    "change_settings": PASSED,
    "close_output": PASSED,
    "close_protocol": "exited with status 1",
    "double_free": "killed by SIGABRT (Aborted)",
    "exit0": "exited with status 0",
    "exit0_at_once": "exited with status 0",
    "fork_bomb": "started more than 64 processes, killed",
    "heap_smash": KILLED,
    "kill": "killed by SIGKILL (Killed) from outside ndbench",
    "leave_child": PASSED,
    "leave_daemon": PASSED,
    "print": PASSED,
    "quick_exit": "exited with status 0",
    "segfault": "killed by SIGSEGV (Segmentation fault)",
    "sigbus": "killed by SIGBUS (Bus error)",
    "sigfpe": "killed by SIGFPE (Floating point exception)",
    "sigill": (KILLED + "ILL", KILLED + "TRAP"),
    "signal_parent": "sent SIGTERM (Terminated) to ndbench_suite",
    "stack_overflow": "killed by SIGSEGV (Segmentation fault)",
    "throw": "std::runtime_error: thrown by a villain",
    "throw_c10": "checked by a villain",
    "throw_int": "threw a int",
    "throw_ndbench": "the villain's data is gone; bring it back",
    "timer": "killed by SIGALRM (Alarm clock)",
    "write_protocol": "worker protocol",
}
# Those that take the time of a phase, and those that take two seconds of grace on top.
SLOW = {
    "deadlock": ENDLESS,
    "hang": ENDLESS,
    "spin": ENDLESS,
    "stop": ENDLESS,
}
SLOWEST = {
    "close_protocol_and_hang": "closed the connection",
    "hang_ignoring_sigterm": ENDLESS,
    "leave_group": ENDLESS,
    "traced": ENDLESS,
}
LEAVES = ["leave_child", "leave_daemon"]  # one each time they are asked to
BUILT_EARLY = {
    "load": [
        *["abort", "allocate", "exit0", "fork_bomb", "hang", "leave_daemon"],
        *["print", "segfault", "sigill", "throw"],
    ],
    "describe": ["abort", "exit0", "hang", "print", "segfault", "throw"],
}


class Villain:
    def __init__(self, misdeed, phase, reason):
        self.misdeed = misdeed
        self.phase = phase
        self.reason = reason
        self.early = phase in EARLY
        self.model = f"{misdeed}_{phase}"
        # No exception leaves a static initializer or a destructor.
        terminates = misdeed in ("throw", "throw_c10", "throw_int", "throw_ndbench", "bad_alloc")
        if terminates and phase in ("load", "teardown"):
            self.reason = "killed by SIGABRT"
        if misdeed == "allocate" and phase in ("load", "teardown"):
            self.reason = "allow it memory = 3000000000 bytes"  # after SIGABRT

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

    def is_named_by(self, reason):
        parts = self.reason if isinstance(self.reason, tuple) else (self.reason,)
        return any(part.format(phase=self.phase) in reason for part in parts)

    def __str__(self):
        return f"{self.misdeed} in {self.phase}"


def all_villains():
    everything = QUICK | SLOW | SLOWEST
    result = [
        Villain(misdeed, phase, everything[misdeed])
        for phase, built in BUILT_EARLY.items()
        for misdeed in built
    ]
    for misdeed, reason in (QUICK | SLOW | SLOWEST).items():
        result += [Villain(misdeed, phase, reason) for phase in PHASES]
    return result


def limits(**values):
    return "\n" + toml_table("[limits]", values)


class OneSuiteOfVillains(SuiteTest):
    timeout = 550

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.villains = all_villains()
        # Two runs side by side, for a machine of two cores; each has honest cells before, between
        # and after the villains'.
        processes = []
        for half in range(2):
            tables = [villain.table for villain in cls.villains[half::2]]
            honest = [{"name": f"honest{half}{place}", "plugin": "null"} for place in range(3)]
            middle = len(tables) // 2
            suite = suite_text(
                [honest[0], *tables[:middle], honest[1], *tables[middle:], honest[2]],
                epoch={"replicas": 1},
            )
            seconds = dict.fromkeys(PHASES, 2)
            suite += limits(memory="3GB", processes=64, load=20, describe=2, **seconds)
            process = cls.start(suite, "--benchmark_format=json")
            processes.append((process, cls.results))
        # Both at once: who is not read from stops when its pipe is full.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            cls.runs = list(pool.map(lambda both: cls.ended(*both), processes))
        cls.records = [record for run in cls.runs for record in run.records]
        cls.by_model = {record["model"]: record for record in cls.records}
        cls.stderr = "".join(run.stderr for run in cls.runs)

    @classmethod
    def ended(cls, process, results):
        try:
            return Run(process, *process.communicate(timeout=cls.timeout), results)
        except subprocess.TimeoutExpired:
            process.kill()
            raise

    @property
    def models(self):
        honest = [f"honest{half}{place}" for half in range(2) for place in range(3)]
        return [*honest, *(villain.model for villain in self.villains)]

    def test_there_are_25_misdeeds_in_every_phase(self):
        for phase in PHASES:
            self.assertGreaterEqual(sum(v.phase == phase for v in self.villains), 25)

    def test_exit_code_says_that_a_benchmark_failed(self):
        for run in self.runs:
            self.assert_exit(run, 12)

    def test_every_cell_is_in_the_journal_once(self):
        self.assertCountEqual([record["model"] for record in self.records], self.models)

    def test_every_cell_is_on_stdout_which_is_strict_json(self):
        rows = [row for run in self.runs for row in run.json["benchmarks"]]
        self.assertCountEqual([row["run_name"].split("/")[0] for row in rows], self.models)

    def test_honest_cells_pass_with_the_bits_that_they_have_alone(self):
        for half in range(2):
            for place in range(3):
                record = self.by_model[f"honest{half}{place}"]
                self.assertEqual(record["outcome"], {"status": "passed"})
                self.assertNotIn("left_processes", record)
        names = [f"honest{half}{place}" for half in range(2) for place in range(3)]
        again = self.run_suite(
            suite_text([{"name": name, "plugin": "null"} for name in names], epoch={"replicas": 1})
        )
        self.assert_exit(again, 0)
        for record in again.records:
            self.assertEqual(record["state_hash"], self.by_model[record["model"]]["state_hash"])

    def test_each_villain_ends_as_expected(self):
        for villain in self.villains:
            with self.subTest(str(villain)):
                outcome = self.by_model[villain.model]["outcome"]
                if villain.reason is PASSED:
                    self.assertEqual(outcome, {"status": "passed"})
                    continue
                self.assertEqual(outcome["status"], "failed")
                self.assertTrue(villain.is_named_by(outcome["reason"]), outcome["reason"])
                self.assertIn(f"villain: {villain.misdeed} in {villain.phase}\n", outcome["output"])
                self.assertEqual(outcome["phase"], villain.phase)

    def test_what_is_left_behind_is_told_of(self):
        for villain in self.villains:
            with self.subTest(str(villain)):
                left = self.by_model[villain.model].get("left_processes")
                if villain.misdeed not in LEAVES:
                    continue
                self.assertIsNotNone(left)
                self.assertEqual(set(left), {"hanging"})
                name = f"{villain.model}/cpu/fixed/epoch replica 0 left "
                self.assertIn(f"ndbench_suite: {name}", self.stderr)

    def test_each_failure_is_an_error_in_the_json_without_a_time(self):
        rows = {
            row["run_name"].split("/")[0]: row
            for run in self.runs
            for row in run.json["benchmarks"]
        }
        for villain in self.villains:
            if villain.reason is PASSED:
                continue
            with self.subTest(str(villain)):
                row = rows[villain.model]
                self.assertIs(row["error_occurred"], True)
                self.assertTrue(villain.is_named_by(row["error_message"]), row["error_message"])
                self.assertNotIn("real_time", row)

    def test_stderr_tells_of_each_failure_with_what_the_villain_printed(self):
        for villain in self.villains:
            with self.subTest(str(villain)):
                told = f"FAILED {villain.model}/cpu/fixed/epoch" in self.stderr
                self.assertEqual(told, villain.reason is not PASSED)
        self.assertIn("  | villain: segfault in train\n", self.stderr)

    def test_no_process_is_left(self):
        for run in self.runs:
            self.assertEqual(workers_of(run.pid), [])

    def test_the_summary_has_a_row_for_every_cell(self):
        summary = "".join((run.folder / "summary.md").read_text() for run in self.runs)
        for model in self.models:
            with self.subTest(model):
                escaped = model.replace("_", "\\_")  # Markdown would take _x_ for emphasis
                self.assertIn(f"| {escaped} | cpu | epoch |", summary)


class VillainsAmongInterleavedSteps(SuiteTest):
    """In the scope `step` two workers are alive at once; one may end while the other waits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        deeds = ["abort", "close_protocol", "leave_daemon", "print", "segfault", "throw"]
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
                passes = record["model"].split("_")[0] in ("honest", "leave", "print")
                self.assertEqual(record["outcome"]["status"], "passed" if passes else "failed")

    def test_each_worker_answers_for_the_daemons_it_left_itself(self):
        for record in self.done.records:
            with self.subTest(record["name"], replica=record["replica"]):
                left = record.get("left_processes", {})
                if record["model"] == "leave_daemon_prepare":
                    self.assertEqual(left, {"hanging": 1})
                elif record["model"] == "leave_daemon_train":
                    self.assertGreater(left["hanging"], 1)  # one in each step
                else:
                    self.assertEqual(left, {})

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
    def test_a_hundred_megabytes_keep_no_worker_waiting(self):
        run = self.run_suite(
            suite_text(
                [
                    {
                        "name": "louder",
                        "plugin": "villain",
                        "misdeed": "print_100mb",
                        "phase": "prepare",
                    }
                ],
                epoch={"replicas": 1},
            )
        )
        self.assert_exit(run, 0)

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


class Retries(SuiteTest):
    def lost_once(self, **scopes):
        """A run of a model whose first worker of all kills itself in its training."""
        mark = self.folder / f"mark{len(list(self.folder.iterdir()))}"
        mark.touch()
        return self.run_suite(
            suite_text([{"name": "v", "plugin": "villain", "misdeed": "kill_once"}, "null"], **scopes)
            + limits(retries=1),
            environment={"NDBENCH_TEST_MARK": str(mark)},
        )

    def test_an_epoch_that_passes_at_last_is_counted_as_passed_and_told_of(self):
        run = self.lost_once(epoch={"replicas": 2})
        self.assert_exit(run, 0)
        first, second = run.records_of("v/cpu/fixed/epoch")
        self.assertEqual(first["outcome"], {"status": "passed"})
        self.assertEqual(len(first["attempts"]), 1)
        self.assertEqual(first["attempts"][0]["status"], "failed")
        self.assertEqual(first["attempts"][0]["phase"], "train")
        self.assertIn("killed by SIGKILL", first["attempts"][0]["reason"])
        self.assertNotIn("attempts", second)
        self.assertEqual(first["state_hash"], second["state_hash"])
        self.assertIn("RETRYING v/cpu/fixed/epoch replica 0 after attempt 1 in phase", run.stderr)
        self.assertIn("1 replica took more than one attempt", run.stderr)
        self.assertIn("1 replica took more than one attempt", run.stdout)
        self.assertIn("1 replica took more than one", (run.folder / "summary.md").read_text())
        summary = json.loads((run.folder / "summary.json").read_text())
        self.assertEqual(summary["retried_replicas"], 1)

    def test_steps_are_measured_again_in_all_modes(self):
        run = self.lost_once(
            modes=["fixed", "noisy"], step={"replicas": 1, "steps": 2, "warmup": 1, "blocks": 2}
        )
        self.assert_exit(run, 0)
        (fixed,) = run.records_of("v/cpu/fixed/step")
        (noisy,) = run.records_of("v/cpu/noisy/step")
        statuses = sorted(record["attempts"][0]["status"] for record in (fixed, noisy))
        self.assertEqual(statuses, ["failed", "skipped"])
        self.assertIn("2 replicas took more than one attempt", run.stderr)


def memory_group():
    """Where a control group with a limit can be made, or None."""
    for folder in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup"):
        path = f"{folder}/ndbench_test_{os.getpid()}"
        try:
            os.mkdir(path)
        except OSError:
            continue
        for name in ("memory.limit_in_bytes", "memory.max"):
            try:
                with open(f"{path}/{name}", "w") as file:
                    file.write(str(700 << 20))
                return path
            except OSError:
                continue
        os.rmdir(path)
    return None


class KilledForWantOfMemory(SuiteTest):
    def test_the_kernel_is_named(self):
        group = memory_group()
        if group is None:
            self.skipTest("no control group with a limit of memory can be made here")
        self.addCleanup(os.rmdir, group)
        try:
            with open(f"{group}/memory.swap.max", "w") as file:
                file.write("0")
        except OSError:
            pass  # version 1, or no swap

        def enter():
            with open(f"{group}/cgroup.procs", "w") as file:
                file.write(str(os.getpid()))

        run = self.run_suite(
            suite_text(
                [{"name": "v", "plugin": "villain", "misdeed": "fill_memory"}, "null"],
                epoch={"replicas": 1},
            ),
            preexec_fn=enter,
        )
        self.assert_exit(run, 12)
        (record,) = run.records_of("v/cpu/fixed/epoch")
        self.assertIn("killed by the kernel for want of memory", record["outcome"]["reason"])
        (honest,) = run.records_of("null/cpu/fixed/epoch")
        self.assertEqual(honest["outcome"]["status"], "passed")


if __name__ == "__main__":
    unittest.main()
