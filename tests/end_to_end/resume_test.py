"""An interrupted run goes on to the rows of an uninterrupted one, or says why it cannot."""

import pathlib
import random
import shutil
import signal
import time
import unittest

from suite_run import PLUGINS, Run, SuiteTest, suite_text, workers_of

SUITE = suite_text(
    [
        {"name": "a", "plugin": "scatter"},
        {"name": "b", "plugin": "null", "step_microseconds": 500},
    ],
    modes=["fixed", "noisy"],
    step={"replicas": 2, "steps": 4, "blocks": 2},
    epoch={"replicas": 2, "epochs": 2},
)
ROWS = 2 * 2 * 2 * 2


def rows(run):
    """What a record says of its result, by cell and replica; each once."""
    found = {}
    for record in run.records:
        key = (record["name"], record["replica"])
        if key in found:
            raise AssertionError(f"{key} stands twice")
        found[key] = (record["state_hash"], record["outcome"]["status"], record["seeds"])
    return found


class Resume(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whole = cls.run_suite(SUITE)
        cls.expected = rows(cls.whole)

    def interrupted(self, after, number=signal.SIGKILL, suite=SUITE, flags=()):
        """A run that was ended when `after` replicas had been begun; and its results."""
        process = self.start(suite, *flags)
        while line := process.stderr.readline():
            if line.startswith(f"[{after}/"):
                break
        process.send_signal(number)
        return self.finish(process)

    def resume(self, run, *flags, name="--resume"):
        process = self.start(None, f"--results={run.folder.parent}", name, *flags)
        stdout, stderr = process.communicate(timeout=self.timeout)
        return Run(process, stdout, stderr, run.folder.parent)

    def test_the_uninterrupted_run_is_whole(self):
        self.assert_exit(self.whole, 0)
        self.assertEqual(len(self.expected), ROWS)

    def test_after_sigkill_it_has_the_rows_of_an_uninterrupted_run(self):
        for after in (1, 7, 12, ROWS):
            with self.subTest(after=after):
                run = self.resume(self.interrupted(after))
                self.assert_exit(run, 0)
                self.assertEqual(rows(run), self.expected)
                self.assertEqual(run.lines[-1]["complete"], True)

    def test_after_ctrl_c_it_says_how_to_go_on_and_does(self):
        run = self.interrupted(6, signal.SIGINT)
        self.assert_exit(run, 130)
        self.assertIn(f"--resume={run.folder.name}", run.stderr)
        self.assertEqual(run.lines[-1]["complete"], False)
        before = rows(run)
        self.assertLess(len(before), ROWS)
        done = self.resume(run, name=f"--resume={run.folder.name}")
        self.assert_exit(done, 0)
        self.assertEqual(rows(done), self.expected)
        self.assertLessEqual(before.items(), rows(done).items())
        self.assertFalse((run.folder / "scratch").exists())

    def test_output_says_all_rows_as_an_uninterrupted_run_does(self):
        run = self.resume(self.interrupted(9), "--benchmark_format=json")
        names = [row["name"] for row in run.json["benchmarks"]]
        whole = self.run_suite(SUITE, "--benchmark_format=json")
        self.assertEqual(names, [row["name"] for row in whole.json["benchmarks"]])

    def test_killed_again_and_again_it_loses_nothing(self):
        generator = random.Random(5)
        run = self.interrupted(3)
        for _ in range(5):
            kept = (run.folder / "journal.jsonl").read_text()
            process = self.start(None, f"--results={run.folder.parent}", "--resume")
            time.sleep(generator.uniform(0.2, 1.5))
            process.kill()
            process.communicate()
            whole_lines = kept[: kept.rfind("\n") + 1]
            text = (run.folder / "journal.jsonl").read_text()
            for line in whole_lines.splitlines():
                self.assertIn(line, text)
        done = self.resume(run)
        self.assertIn(done.returncode, (0, 2))  # 2: the last one killed had come to its end
        self.assertEqual(rows(done), self.expected)

    def test_a_damaged_tail_is_set_aside(self):
        run = self.interrupted(5)
        journal = run.folder / "journal.jsonl"
        with journal.open("a") as file:
            file.write('{"checksum":"0123456789abcdef","half')
        done = self.resume(run)
        self.assert_exit(done, 0)
        self.assertEqual(rows(done), self.expected)
        self.assertIn('"half', (run.folder / "journal.jsonl.torn-1").read_text())

    def test_damage_before_the_end_is_named(self):
        run = self.interrupted(7)
        journal = run.folder / "journal.jsonl"
        lines = journal.read_text().splitlines(keepends=True)
        lines[1] = lines[1].replace("0", "1")
        journal.write_text("".join(lines))
        again = self.resume(run, name=f"--resume={run.folder.name}")
        self.assert_one_message(again, "journal.jsonl:2: damaged")
        self.assertEqual(journal.read_text(), "".join(lines))

    def test_a_side_file_that_is_gone_is_named(self):
        run = self.interrupted(10)
        file = next((run.folder / "traces").iterdir())
        file.unlink()
        self.assert_one_message(self.resume(run), file.name, "cannot be read")

    def test_a_changed_suite_is_refused(self):
        run = self.interrupted(5)
        suite = pathlib.Path(run.lines[0]["suite"]["file"])
        suite.write_text(suite.read_text() + "# changed\n")
        again = self.resume(run)
        self.assert_exit(again, 2)
        self.assert_one_message(again, "cannot go on: the suite", "has changed")

    def test_a_changed_plugin_is_refused(self):
        plugins = self.folder / "plugins"
        shutil.copytree(PLUGINS, plugins, ignore=lambda _, names: [
            name for name in names if not name.startswith("libndbench_") or "villain" in name])
        run = self.interrupted(5, flags=(f"--plugin_path={plugins}",))
        with (plugins / "libndbench_model_scatter.so").open("ab") as file:
            file.write(b"\0")
        again = self.resume(run, f"--plugin_path={plugins}")
        self.assert_exit(again, 2)
        self.assert_one_message(again, "the plugin 'model a' has changed")

    def test_other_flags_than_then_are_refused(self):
        run = self.interrupted(5)
        again = self.resume(run, "--benchmark_repetitions=5")
        self.assert_exit(again, 2)
        self.assert_one_message(again, "leave out --benchmark_repetitions=5")

    def test_a_complete_run_is_refused(self):
        again = self.resume(self.whole, name=f"--resume={self.whole.folder.name}")
        self.assert_exit(again, 2)
        self.assert_one_message(again, "that run is complete")
        self.assert_one_message(self.resume(self.whole), "was interrupted")

    def test_it_is_written_by_one_process_at_a_time(self):
        process = self.start(SUITE)
        while line := process.stderr.readline():
            if line.startswith("[4/"):
                break
        process.send_signal(signal.SIGSTOP)
        try:
            (folder,) = self.results.iterdir()
            other = self.start(None, f"--results={self.results}", f"--resume={folder.name}")
            _, stderr = other.communicate(timeout=self.timeout)
            self.assertEqual(other.returncode, 13)
            self.assertIn("is being written by another process", stderr)
        finally:
            process.send_signal(signal.SIGCONT)
        self.assert_exit(self.finish(process), 0)


if __name__ == "__main__":
    unittest.main()
