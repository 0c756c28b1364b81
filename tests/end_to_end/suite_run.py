"""Runs ndbench_suite as a user does, and reads what it leaves behind."""

import ast
import gzip
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest

SUITE = pathlib.Path(os.environ["NDBENCH_SUITE"])
PLUGINS = pathlib.Path(os.environ["NDBENCH_TEST_PLUGINS"])
SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "results"


def strict_json(text):
    """Parses JSON that is valid for every reader: no NaN, no key twice."""

    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    def unique(pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise ValueError(f"a key stands twice among {keys}")
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)


def toml_table(heading, values):
    # JSON's strings, numbers and booleans are TOML's, too.
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([heading, *lines, ""])


def suite_text(models, backends=("cpu",), modes=("fixed",), step=None, epoch=None, seed=1):
    """A suite; models and backends are tables or names, scopes are tables."""
    parts = [f"seed = {seed}\nmodes = {json.dumps(list(modes))}\n"]
    if step is not None:
        parts.append(toml_table("[step]", step))
    if epoch is not None:
        parts.append(toml_table("[epoch]", epoch))
    for heading, entries in ("backend", backends), ("model", models):
        for entry in entries:
            table = {"name": entry} if isinstance(entry, str) else entry
            if heading == "backend":
                table = {"threads": 1} | table
            parts.append(toml_table(f"[[{heading}]]", table))
    return "\n".join(parts)


def workers_of(supervisor):
    """Process ids of the workers of a supervisor, and of what they forked, that still run."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue  # gone meanwhile
        is_worker = command[0].endswith(b"ndbench_worker") and command[1] == b"%d" % supervisor
        if is_worker and state != "Z":
            found.append(int(entry.name))
    return found


class Run:
    """A finished run: returncode, stdout, stderr, and what lies in its results folder."""

    def __init__(self, process, stdout, stderr, results):
        self.pid = process.pid
        self.returncode = process.returncode
        self.stdout = stdout or ""
        self.stderr = stderr or ""
        inside = sorted(results.iterdir()) if results.is_dir() else []
        self.folders = [entry for entry in inside if entry.is_dir()]

    @property
    def folder(self):
        (folder,) = self.folders
        return folder

    @property
    def lines(self):
        """Every line of the journal, in order."""
        text = (self.folder / "journal.jsonl").read_text()
        if not text.endswith("\n"):
            raise ValueError("the journal's last line is cut")
        return [strict_json(line) for line in text.splitlines()]

    def lines_of(self, kind):
        return [line for line in self.lines if line["type"] == kind]

    @property
    def records(self):
        """Every record of the journal, in order, with its run's provenance and its side files."""
        records = []
        for line in self.lines:
            if "provenance" in line:
                provenance = line["provenance"]
            if line["type"] == "record":
                records.append(self.with_side_files(line | {"provenance": provenance}))
        return records

    def unpacked(self, record, kind):
        return gzip.decompress((self.folder / record["files"][kind]["file"]).read_bytes())

    def array(self, record, kind):
        """Rows of a side file that NumPy reads, without NumPy."""
        content = self.unpacked(record, kind)
        begin = 10 + int.from_bytes(content[8:10], "little")
        header = ast.literal_eval(content[10:begin].decode())
        rows, columns = header["shape"]
        code = {"<f4": "f", "<i4": "i"}[header["descr"]]
        values = struct.unpack(f"<{rows * columns}{code}", content[begin:])
        return [list(values[row * columns : (row + 1) * columns]) for row in range(rows)]

    def with_side_files(self, record):
        files = record.get("files", {})
        if "trace" in files:
            record["trace"] = strict_json(self.unpacked(record, "trace").decode())["trace"]
        if "predictions" in files:
            epochs = record["samples"]["epochs"]
            for epoch, row in zip(epochs, self.array(record, "predictions"), strict=True):
                epoch["evaluation"]["predictions"] = row
        if "targets" in files:
            last = record["samples"]["epochs"][-1]["evaluation"]
            (last["targets"],) = self.array(record, "targets")
        return record

    def records_of(self, name):
        return [record for record in self.records if record["name"] == name]

    @property
    def json(self):
        return strict_json(self.stdout)

    @property
    def messages(self):
        """The lines of stderr that ndbench_suite itself has to say."""
        return [line for line in self.stderr.splitlines() if line.startswith("ndbench_suite: ")]


class SuiteTest(unittest.TestCase):
    """A test in a folder of its own."""

    timeout = 300  # only so that a hanging supervisor fails its test and not the whole run

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="ndbench_")
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)

    @classmethod
    def start(cls, suite, *flags, environment=None, **streams):
        """Starts ndbench_suite; `suite` is a suite's text, path or name, or None for no flag."""
        name = f"run{len(list(cls.folder.iterdir()))}"
        place = cls.folder / name
        place.mkdir()
        if isinstance(suite, str) and "\n" in suite:
            file = place / "test.toml"
            file.write_text(suite)
            suite = file
        clean = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("BENCHMARK_", "NDBENCH_"))
        }
        # A sanitizer must not turn the signals that the villains raise into exit statuses.
        clean["ASAN_OPTIONS"] = "handle_segv=0:handle_abort=0:detect_leaks=0"
        cls.results = place / "results"
        command = [SUITE]
        if not any(flag.startswith("--host_lock") for flag in flags):
            command.append("--host_lock=share")  # beside the other tests
        if not any(flag.startswith("--results") for flag in flags):
            command.append(f"--results={cls.results}")
        if not any(flag.startswith("--plugin_path") for flag in flags):
            command.append(f"--plugin_path={PLUGINS}")
        if suite is not None:
            command.append(f"--suite={suite}")
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        return subprocess.Popen(
            [*command, *flags],
            cwd=place,
            env=clean | (environment or {}),
            stdin=subprocess.DEVNULL,
            text=True,
            errors="backslashreplace",
            **streams,
        )

    @classmethod
    def finish(cls, process):
        try:
            stdout, stderr = process.communicate(timeout=cls.timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            raise AssertionError(f"ndbench_suite hangs; its stderr:\n{stderr}") from None
        return Run(process, stdout, stderr, cls.results)

    @classmethod
    def run_suite(cls, suite, *flags, **options):
        return cls.finish(cls.start(suite, *flags, **options))

    def assert_follow_schema(self, name, values):
        """`values` are some, and each follows results/<name>.schema.json."""
        import jsonschema  # not where only the GPU tests run

        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
        validator = jsonschema.Draft202012Validator(schema)
        self.assertTrue(values)
        for value in values:
            validator.validate(value)

    def assert_exit(self, run, code):
        self.assertEqual(run.returncode, code, f"stderr:\n{run.stderr}\nstdout:\n{run.stdout}")

    def assert_one_message(self, run, *parts):
        """stderr is one message of ndbench_suite that says all of `parts`; stdout is empty."""
        self.assertEqual(run.stdout, "")
        self.assertEqual(len(run.messages), 1, run.stderr)
        self.assertTrue(run.stderr.startswith("ndbench_suite: "), run.stderr)
        for part in parts:
            self.assertIn(part, run.stderr)
