"""--precision goes on with replicas until costs are known well enough, or says that they are not."""

import unittest

from suite_run import SuiteTest, strict_json, suite_text

MODES = ["fixed", "noisy"]
STEP = {"replicas": 2, "steps": 8, "warmup": 0, "blocks": 2}
WAITING = suite_text([{"name": "null", "step_microseconds": 2000}], modes=MODES, step=STEP)
BOTH = suite_text(["null"], modes=MODES, step=STEP, epoch={"replicas": 1})


class Precision(SuiteTest):
    def replicas(self, run):
        """The number of replicas, which rows, records and costs agree on."""
        rows = [row for row in run.json["benchmarks"] if row["run_type"] == "iteration"]
        count = rows[0]["repetitions"]
        for mode in MODES:
            name = f"null/cpu/{mode}/step"
            mine = [row for row in rows if row["name"] == name]
            self.assertEqual([row["repetition_index"] for row in mine], list(range(count)))
            self.assertEqual([row["repetitions"] for row in mine], [count] * count)
            self.assertEqual(len(run.records_of(name)), count)
        return count

    def cost(self, run):
        (group,) = strict_json((run.folder / "summary.json").read_text())["groups"]
        self.assertEqual(group["name"], "null/cpu/step")
        self.assertEqual(group["reference"], "noisy")
        (fixed,) = [mode for mode in group["modes"] if mode["mode"] == "fixed"]
        return fixed["cost"]

    def test_replicas_go_on_until_the_cost_is_known_or_the_time_is_up(self):
        flags = ["--precision=50%", "--time_cap=60", "--benchmark_format=json"]
        run = self.run_suite(WAITING, *flags)
        self.assert_exit(run, 0)
        count = self.replicas(run)
        cost = self.cost(run)
        self.assertGreaterEqual(count, 6)
        self.assertEqual(cost["pairs"], count)
        # A machine that is busy enough may not let it be known; then that is said.
        if cost["half_width"] <= 0.5:
            self.assertEqual(run.messages, [])
        else:
            self.assertIn("not ±50 %", run.stderr)

    def test_what_stays_unmet_at_the_cap_is_said(self):
        suite = suite_text(["null"], modes=MODES, step=STEP | {"precision": 0.001, "time_cap": 1})
        run = self.run_suite(suite, "--benchmark_format=json")
        self.assert_exit(run, 0)
        self.assertEqual(self.replicas(run), 6)  # the fewest that have an interval
        self.assertGreater(self.cost(run)["half_width"], 0.001)
        (message,) = run.messages
        self.assertRegex(
            message,
            r"null/cpu/step: stopped after \d+ s: overhead of fixed is known to ±\S+ %, "
            r"not ±0\.1 %; about \d+ more replicas",
        )

    def test_the_total_is_not_said_to_be_known(self):
        run = self.run_suite(WAITING, "--precision=50%", "--time_cap=1")
        self.assertIn("[1/12+] null/cpu/fixed/step replica 0", run.stderr)

    def test_repetitions_alone_are_just_that_many(self):
        suite = suite_text(["null"], modes=MODES, step=STEP | {"precision": 0.001})
        run = self.run_suite(suite, "--benchmark_repetitions=2", "--benchmark_format=json")
        self.assert_exit(run, 0)
        self.assertEqual(self.replicas(run), 2)
        self.assertEqual(run.messages, [])

    def test_a_model_that_is_not_there_fails_once(self):
        suite = suite_text(["nowhere"], modes=MODES, step=STEP | {"precision": 0.02})
        run = self.run_suite(suite, "--benchmark_format=json")
        self.assert_exit(run, 15)
        self.assertEqual(
            [row["error_occurred"] for row in run.json["benchmarks"]], [True] * len(MODES)
        )

    def test_a_precision_of_nothing_is_refused(self):
        for flags, part in [
            (["--precision=2%", "--benchmark_filter=epoch"], "--precision"),
            (["--precision=2%", "--benchmark_filter=fixed"], "--precision"),
            (["--time_cap=9"], "--time_cap"),
            (["--precision=2"], "2% or 0.02"),
        ]:
            with self.subTest(flags):
                run = self.run_suite(BOTH, *flags)
                self.assert_exit(run, 2)
                self.assert_one_message(run, part)
                self.assertEqual(run.folders, [])


class Blocks(SuiteTest):
    def test_a_record_says_of_every_block_what_went_on_beside_it(self):
        run = self.run_suite(WAITING, "--benchmark_repetitions=1")
        self.assert_exit(run, 0)
        for record in run.records:
            samples = record["samples"]
            self.assertEqual([block["steps"] for block in samples["blocks"]], [4, 4])
            for block in samples["blocks"]:
                self.assertGreater(block["window_seconds"], 0.008)
                self.assertGreaterEqual(block["others_cores"], 0.0)
            for block in samples.get("discarded_blocks", []):
                self.assertEqual(len(block["step_seconds"]), block["steps"])
            self.assertEqual(len(samples["losses"]), 2 * (1 + 4))


if __name__ == "__main__":
    unittest.main()
