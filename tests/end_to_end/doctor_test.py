"""The second command, ndbench, as a user runs it: doctor and list."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from suite_run import PLUGINS, strict_json

NDBENCH = pathlib.Path(os.environ["NDBENCH_COMMAND"])
STATUSES = ["ok", "unknown", "warn", "unfit"]
SETTINGS = [
    "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/proc/sys/kernel/randomize_va_space",
    "/proc/sys/kernel/perf_event_paranoid",
]


class Command(unittest.TestCase):
    timeout = 300  # only so that a hanging program fails its test and not the whole run

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="ndbench_")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        clean = {key: value for key, value in os.environ.items() if not key.startswith("NDBENCH_")}
        self.environment = clean | {"NDBENCH_HOST_LOCK_NAME": f"doctor {os.getpid()}"}

    def run_ndbench(self, *arguments, **options):
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.run(
            [NDBENCH, *arguments], cwd=self.folder, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, timeout=self.timeout, **streams,
        )

    def assert_one_message(self, run, code, *parts):
        self.assertEqual(run.returncode, code, run.stderr)
        self.assertEqual(run.stdout, "")
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        self.assertTrue(run.stderr.startswith("ndbench: "), run.stderr)
        for part in parts:
            self.assertIn(part, run.stderr)


def catches_signals(process):
    """Whether it has opened a descriptor for them."""
    for descriptor in pathlib.Path(f"/proc/{process}/fd").iterdir():
        try:
            if "signalfd" in os.readlink(descriptor):
                return True
        except FileNotFoundError:
            pass  # closed meanwhile
    return False


class Doctor(Command):
    def diagnose(self, *flags):
        run = self.run_ndbench("doctor", "--seconds=0.2", "--format=json", *flags)
        self.assertEqual(run.stderr, "")
        diagnosis = strict_json(run.stdout)
        worst = max(STATUSES.index(check["status"]) for check in diagnosis["checks"])
        self.assertEqual(diagnosis["fit"], STATUSES[worst] != "unfit")
        self.assertEqual(run.returncode, 0 if diagnosis["fit"] else 14)
        names = [check["name"] for check in diagnosis["checks"]]
        self.assertEqual(len(set(names)), len(names))
        return {check["name"]: check for check in diagnosis["checks"]}

    def test_says_what_it_saw_of_the_host_and_of_the_backends(self):
        checks = self.diagnose()
        for name in "processor_use", "steal", "cpu_quota", "memory", "clock", "results", "data":
            self.assertIn(name, checks)
        self.assertEqual(checks["other_runs"]["status"], "ok")
        self.assertEqual(checks["backend.cpu"]["status"], "ok")
        self.assertIn("LibTorch ", checks["backend.cpu"]["finding"])
        self.assertIn("deterministic", checks["knobs.cpu"]["finding"])
        self.assertIn("lacks", checks["knobs.cpu"]["finding"])

    def test_changes_nothing(self):
        def state():
            files = [pathlib.Path(name) for name in SETTINGS]
            return [file.read_text() for file in files if file.exists()]

        before = state()
        self.diagnose("--results=new/folder")
        self.assertEqual(state(), before)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_without_any_backend_the_host_is_unfit(self):
        """Of a copy that lies alone there is no build or install tree."""
        lone = self.folder / "bin" / "ndbench"
        lone.parent.mkdir()
        lone.write_bytes(NDBENCH.read_bytes())
        lone.chmod(0o755)
        run = subprocess.run(
            [lone, "doctor", "--seconds=0.1", "--format=json"], env=self.environment, text=True,
            capture_output=True, timeout=self.timeout,
        )
        self.assertEqual(run.returncode, 14)
        (check,) = [each for each in strict_json(run.stdout)["checks"] if each["name"] == "backends"]
        self.assertEqual(check["status"], "unfit")
        self.assertIn("--plugin_path", check["advice"])

    def test_names_a_run_that_goes_on(self):
        suite = self.folder / "endless.toml"
        suite.write_text(
            'seed = 1\nmodes = ["fixed"]\n[epoch]\nreplicas = 1\n[[backend]]\nname = "cpu"\n'
            'threads = 1\n[[model]]\nname = "v"\nplugin = "villain"\nmisdeed = "hang"\n'
        )
        endless = subprocess.Popen(
            [os.environ["NDBENCH_SUITE"], f"--suite={suite}", f"--plugin_path={PLUGINS}"],
            cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(endless.wait)
        self.addCleanup(endless.kill)
        deadline = time.monotonic() + self.timeout
        while (checks := self.diagnose())["other_runs"]["status"] == "ok":
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(checks["other_runs"]["status"], "unfit")
        self.assertIn(f"process {endless.pid} (", checks["other_runs"]["finding"])

    def test_text_is_for_eighty_columns_the_worst_first(self):
        run = self.run_ndbench("doctor", "--seconds=0.1")
        self.assertIn(run.returncode, (0, 14))
        lines = run.stdout.splitlines()
        self.assertIn("fit to measure", lines[0] + lines[1])
        # A path may be longer than a line, and is not broken.
        self.assertEqual([line for line in lines if len(line) > 80 and "/" not in line], [])
        shown = [line for line in lines if line in STATUSES]
        self.assertEqual(shown, [each for each in ("unfit", "warn", "unknown", "ok") if each in shown])

    def test_a_signal_ends_it(self):
        process = subprocess.Popen(
            [NDBENCH, "doctor", "--seconds=3600"], env=self.environment, stdout=subprocess.PIPE
        )
        self.addCleanup(process.kill)
        deadline = time.monotonic() + self.timeout
        while not catches_signals(process.pid):
            self.assertLess(time.monotonic(), deadline)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=self.timeout)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(stdout, b"")

    def test_a_full_disk_under_stdout_is_told(self):
        with open("/dev/full", "w") as full:
            run = self.run_ndbench("doctor", "--seconds=0.1", stdout=full)
        self.assertEqual(run.returncode, 13)

    def test_wrong_flags_are_refused(self):
        self.assert_one_message(self.run_ndbench("docter"), 2, "did you mean 'doctor'?")
        self.assert_one_message(self.run_ndbench("doctor", "--secods=1"), 2, "'--seconds'?")
        self.assert_one_message(self.run_ndbench("doctor", "--seconds=nan"), 2, "--seconds")
        self.assert_one_message(self.run_ndbench("doctor", "--format=xml"), 2, "'xml'")
        self.assert_one_message(self.run_ndbench(), 2, "doctor")


class List(Command):
    def setUp(self):
        super().setUp()
        for name in "null", "wrong_magic":
            shutil.copy(PLUGINS / f"libndbench_model_{name}.so", self.folder)

    def test_a_line_each(self):
        run = self.run_ndbench("list", f"--plugin_path={self.folder}")
        self.assertEqual(run.returncode, 0, run.stderr)
        found = {tuple(line.split()[:2]): line for line in run.stdout.splitlines()}
        self.assertIn("ATen's own kernels", found["backend", "cpu"])
        self.assertIn("What ndbench measures unless told otherwise", found["suite", "default"])
        self.assertIn("cannot be used: ", found["model", "wrong_magic"])
        self.assertNotIn("cannot be used: ", found["model", "null"])

    def test_json_is_strict(self):
        run = self.run_ndbench("list", "--format=json", f"--plugin_path={self.folder}")
        self.assertEqual(run.returncode, 0, run.stderr)
        entries = {(entry["kind"], entry["name"]): entry for entry in strict_json(run.stdout)}
        self.assertEqual(entries["model", "null"]["unavailable"], "")
        self.assertNotEqual(entries["model", "null"]["summary"], "")
        self.assertNotEqual(entries["model", "wrong_magic"]["unavailable"], "")

    def test_help_and_version(self):
        for flag, part in ("--help", "doctor"), ("--version", "ndbench 0."):
            run = self.run_ndbench(flag)
            self.assertEqual(run.returncode, 0)
            self.assertIn(part, run.stdout)


if __name__ == "__main__":
    unittest.main()
