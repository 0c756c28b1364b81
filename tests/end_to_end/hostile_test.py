"""Names and text that are made to do harm come out of a run as text, whatever the format."""

import csv
import io
import os
import re
import struct
import unittest
import unicodedata
import zlib

from suite_run import SuiteTest, strict_json, suite_text

# As file names, so without NUL and '/'.
CLASSES = [
    b"=1+1",
    b"@user",
    b"a | b",
    b"<b>bold",
    b"`code` [x](y)",
    b"\x1b[31mred",
    b"\xc2\x9b31m",
    b"two\nlines",
    b"\xe2\x80\xaetxt.exe",
    b"not utf-8 \xff",
    b'a","b',
]
TEXT = "\x1b[2J\u202e=1+1|`<b>@user\nndbench_suite: all is well"
STEPS = {"replicas": 1, "steps": 2, "warmup": 0}


def picture(seed):
    """A PNG of 8 x 8 pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((seed * 37 + y * 11 + x) % 256 for x in range(24)) for y in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        ]
    )


def controls(text):
    """The characters of `text` that a terminal would not show as they are."""
    return {
        character
        for character in text
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
    }


class HostileNames(SuiteTest):
    def assert_harmless(self, text):
        self.assertEqual(controls(text), set())

    def data_set(self):
        root = os.fsencode(self.folder / "data" / "set")
        for split in b"train", b"test":
            for number, name in enumerate(CLASSES):
                folder = os.path.join(root, split, name)
                os.makedirs(folder, exist_ok=True)
                for index in range(2):
                    file = os.path.join(folder, b"%d %s.png" % (index, name))
                    with open(file, "wb") as stream:
                        stream.write(picture(10 * number + index))
        return self.folder / "data"

    def test_class_folders_come_out_as_text(self):
        model = {"name": "m", "plugin": "small_cnn", "dataset": "set", "image_size": 32}
        suite = suite_text(
            [model | {"batch_size": 4}], modes=["noisy", "fixed"], epoch={"replicas": 2}
        )
        run = self.run_suite(
            suite,
            f"--data={self.data_set()}",
            f"--benchmark_context=key={TEXT.replace(',', '')}",
            "--benchmark_out=out.csv",
            "--benchmark_out_format=csv",
        )
        self.assert_exit(run, 0)
        self.assert_harmless(run.stdout)
        self.assert_harmless(run.stderr)
        page = (run.folder / "summary.md").read_text()
        self.assert_harmless(page)
        for line in page.splitlines():
            if line.startswith("| class/"):
                self.assertEqual(len(re.findall(r"(?<!\\)\|", line)), 11, line)
        self.assertIn("class/\\<b\\>bold", page)
        self.assertIn("class/@<!-- -->user", page)

        text = (run.folder / "summary.json").read_text()
        self.assert_harmless(text)
        slices = strict_json(text)["groups"][0]["modes"][0]["spread"]["slices"]
        expected = {"class/" + name.decode(errors="replace") for name in CLASSES}
        self.assertEqual({part["name"] for part in slices}, expected)
        self.assert_harmless((run.folder / "journal.jsonl").read_text())
        self.assertEqual(len(run.records), 4)

        rows = list(csv.reader(io.StringIO((run.folder.parent.parent / "out.csv").read_text())))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})

    def test_a_damaged_file_with_a_hostile_name_is_named_as_text(self):
        folder = self.folder / "broken" / "set"
        for split in "train", "test":
            (folder / split / "a").mkdir(parents=True)
            (folder / split / "a" / "1.png").write_bytes(picture(1))
        bad = TEXT.replace("/", "") + ".png"
        (folder / "train" / "a" / bad).write_bytes(b"no picture")
        model = {"name": "m", "plugin": "small_cnn", "dataset": "set", "image_size": 32}
        suite = suite_text([model], step=STEPS)
        for form in "console", "csv", "json":
            run = self.run_suite(suite, f"--data={folder.parent}", f"--benchmark_format={form}")
            self.assert_exit(run, 12)
            self.assert_harmless(run.stdout)
            self.assert_harmless(run.stderr)
            self.assertEqual(len(run.messages), 1, run.stderr)  # of the exit code
            if form != "csv":  # where a quoted cell may have several lines
                self.assertNotIn("\nndbench_suite: all is well", run.stdout)
            if form == "json":
                self.assertIn(TEXT, run.json["benchmarks"][0]["error_message"])
            if form == "csv":
                rows = list(csv.reader(io.StringIO(run.stdout)))
                self.assertEqual({len(row) for row in rows}, {len(rows[0])})

    def test_the_oddest_names_that_a_suite_may_have(self):
        names = ["1-1", "0x1f", "nan", "true", "1e5", "a..", "0.-_", "-".join("0" * 32)]
        suite = suite_text(
            [{"name": name, "plugin": "null"} for name in names],
            backends=[{"name": "1.", "plugin": "cpu"}],
            step=STEPS,
        )
        file = self.folder / (TEXT.replace("/", "") + ".toml")
        file.write_text('name = "0.-"\n' + suite)
        run = self.run_suite(file, "--benchmark_format=csv", "--benchmark_out=out.json")
        self.assert_exit(run, 0)
        self.assert_harmless(run.stdout)
        self.assert_harmless(run.stderr)
        rows = list(csv.DictReader(io.StringIO(run.stdout)))
        expected = [f"{name}/1./fixed/step" for name in names]
        self.assertEqual([row["name"] for row in rows], expected)
        written = strict_json((run.folder.parent.parent / "out.json").read_text())
        self.assertEqual([row["name"] for row in written["benchmarks"]], expected)
        self.assert_harmless((run.folder / "summary.md").read_text())

    def test_refusals_of_hostile_text_are_one_message(self):
        suite = suite_text([{"name": "null", "step_microseconds": TEXT}], step=STEPS)
        good = suite_text(["null"], step=STEPS)
        cases = [
            (3, suite, []),
            (3, self.folder / TEXT.replace("/", ""), []),
            (2, good, [f"--benchmark_filter={TEXT}"]),
            (4, good, [f"--benchmark_filter={TEXT.replace('[', '')}"]),
            (2, good, [f"--benchmark_min_time={TEXT}"]),
            (2, good, [f"--benchmark_context={TEXT.replace('=', '')}"]),
            (2, good, [f"--benchmark_format={TEXT}"]),
            (2, good, [f"--{TEXT}"]),
            (13, good, [f"--results=/proc/{TEXT}"]),
            (13, good, [f"--benchmark_out=/proc/{TEXT}"]),
        ]
        for code, given, flags in cases:
            with self.subTest(flags=flags):
                run = self.run_suite(given, *flags)
                self.assertEqual(run.returncode, code, run.stderr)
                self.assert_harmless(run.stderr)
                self.assertNotIn("\nndbench_suite: all is well", run.stderr)

    def test_a_suite_leads_to_no_other_folder(self):
        data = self.folder / "root"
        (data / "set").mkdir(parents=True)
        (data / "out").symlink_to("/etc")
        for name in ["/etc", "../root/set", "set/../../etc", "out", "out/ssl", "~", "$HOME"]:
            with self.subTest(name):
                model = {"name": "m", "plugin": "small_cnn", "dataset": name}
                run = self.run_suite(
                    suite_text([model], step=STEPS), f"--data={data}", "--benchmark_format=json"
                )
                self.assert_exit(run, 12)
                reason = run.json["benchmarks"][0]["error_message"]
                self.assertIn(name, reason)
                self.assertIn("--data", reason)

    def test_a_fifo_is_no_suite_and_is_not_waited_for(self):
        fifo = self.folder / "fifo.toml"
        os.mkfifo(fifo)
        run = self.run_suite(fifo)
        self.assert_exit(run, 3)
        self.assert_one_message(run, "not a regular file")


if __name__ == "__main__":
    unittest.main()
