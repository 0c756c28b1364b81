"""A plugin that may not be used is refused by name, with what is wrong; the others are measured."""

import os
import shutil
import unittest

from suite_run import PLUGINS, SuiteTest, suite_text

# What the reason must say, by the suffix of libndbench_model_wrong_<fault>.so.
BUILT_WRONG = {
    "cxx11_abi": "_GLIBCXX_USE_CXX11_ABI = 0, this program against 1",
    "debug_containers": "_GLIBCXX_DEBUG",
    "factory": "factories",
    "interface": "ndbench interface version 7, this program against 6",
    "kind": "other kind",
    "magic": "magic number",
    "name": "calls itself 'someone_else', its file name says 'wrong_name'",
    "size": "descriptor has 64 bytes, this program reads 72",
    "symbol": "exports no 'ndbench_plugin'",
    "torch": "LibTorch",
    "unresolved": "ndbench_test_defined_nowhere",
}


def plugin_file(name):
    return f"libndbench_model_{name}.so"


def make_spoilt_plugins(folder):
    """Writes files that are no plugins; returns what the refusal of each must say."""
    honest = (PLUGINS / plugin_file("null")).read_bytes()

    def write(name, content):
        (folder / plugin_file(name)).write_bytes(content)

    write("text", b"this is no library\n")
    write("empty", b"")
    write("header_only", honest[:64])
    write("half", honest[: len(honest) // 2])
    write("all_but_the_end", honest[:-1])
    write("elf32", honest[:4] + b"\x01" + honest[5:])
    write("foreign_machine", honest[:18] + b"\x28\x00" + honest[20:])
    (folder / plugin_file("folder")).mkdir()
    (folder / plugin_file("dangling")).symlink_to("nowhere.so")
    os.mkfifo(folder / plugin_file("pipe"))
    write("open_to_all", honest)
    (folder / plugin_file("open_to_all")).chmod(0o666)
    write("open_to_group", honest)
    (folder / plugin_file("open_to_group")).chmod(0o664)
    os.chown(folder / plugin_file("open_to_group"), -1, other_group())
    open_folder = folder / "open_folder"
    open_folder.mkdir()
    (open_folder / plugin_file("in_open_folder")).write_bytes(honest)
    open_folder.chmod(0o777)
    return {
        "text": "not a shared library",
        "empty": "not a shared library",
        "header_only": "truncated",
        "half": "truncated",
        "all_but_the_end": "truncated",
        "elf32": "not a shared library for this machine",
        "foreign_machine": "not a shared library for this machine",
        "folder": "not a regular file",
        "dangling": "not a regular file",
        "pipe": "not a regular file",
        "open_to_all": "writable by everyone",
        "open_to_group": f"writable by group {other_group()}; run chmod g-w on it",
        "in_open_folder": "writable by everyone; run chmod o-w on it",
    } | foreign_plugins(folder, honest)


def other_group():
    """A group that is not this user's private one, if there is a choice."""
    return 12345 if os.geteuid() == 0 else os.getgroups()[-1]


def foreign_plugins(folder, honest):
    """Files that somebody else could change; only root can make them."""
    if os.geteuid() != 0:
        return {}
    file = folder / plugin_file("foreign")
    file.write_bytes(honest)
    os.chown(file, 12345, -1)
    theirs = folder / "theirs"
    theirs.mkdir()
    (theirs / plugin_file("linked_to_theirs")).write_bytes(honest)
    os.chown(theirs, 12345, -1)
    link = folder / plugin_file("linked_to_theirs")
    link.symlink_to(theirs / link.name)
    return {
        "foreign": "belongs to user 12345, who could change it; run chown 0 on it",
        "linked_to_theirs": "theirs' belongs to user 12345",
    }


class WrongPlugins(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        spoilt_folder = cls.folder / "spoilt"
        spoilt_folder.mkdir()
        cls.expected = {f"wrong_{fault}": why for fault, why in BUILT_WRONG.items()}
        cls.expected |= make_spoilt_plugins(spoilt_folder)
        models = [*cls.expected, {"name": "honest", "plugin": "null"}]
        cls.done = cls.run_suite(
            suite_text(models, epoch={"replicas": 2}),
            f"--plugin_path={PLUGINS}:{spoilt_folder}:{spoilt_folder / 'open_folder'}",
            "--benchmark_format=json",
        )

    def test_exit_code_says_that_a_plugin_was_rejected(self):
        self.assert_exit(self.done, 15)

    def test_each_is_refused_before_it_runs_naming_the_file_and_what_is_wrong(self):
        for name, why in self.expected.items():
            with self.subTest(name):
                (record,) = self.done.records_of(f"{name}/cpu/fixed/epoch")
                outcome = record["outcome"]
                self.assertEqual(outcome["status"], "failed")
                self.assertEqual(outcome["phase"], "load")
                self.assertIn(plugin_file(name), outcome["reason"])
                self.assertIn(why, outcome["reason"])

    def test_each_is_one_row_of_strict_json(self):
        names = [row["run_name"] for row in self.done.json["benchmarks"]]
        for name in self.expected:
            self.assertEqual(names.count(f"{name}/cpu/fixed/epoch"), 1)

    def test_each_is_told_of_once_on_stderr(self):
        for name in self.expected:
            with self.subTest(name):
                self.assertEqual(self.done.stderr.count(f"FAILED {name}/cpu"), 1)

    def test_honest_cells_are_measured_in_full(self):
        records = self.done.records_of("honest/cpu/fixed/epoch")
        self.assertEqual([record["outcome"]["status"] for record in records], ["passed"] * 2)


class TrustedPlugins(SuiteTest):
    def test_the_provenance_names_what_was_opened(self):
        run = self.run_suite(suite_text(["null"], epoch={"replicas": 1}))
        plugins = run.records[0]["plugins"]
        self.assertEqual(set(plugins), {"model", "backend"})
        self.assertEqual(plugins["model"]["path"], str(PLUGINS / plugin_file("null")))
        for plugin in plugins.values():
            self.assertRegex(plugin["hash"], r"\A[0-9a-f]{32}\Z")

    def test_a_link_to_a_version_is_followed_and_a_relative_folder_is_below_this_one(self):
        folder = self.folder / "linked"
        folder.mkdir()
        shutil.copy(PLUGINS / plugin_file("null"), folder / (plugin_file("null") + ".1"))
        (folder / plugin_file("null")).symlink_to(plugin_file("null") + ".1")
        run = self.run_suite(
            suite_text(["null"], epoch={"replicas": 1}),
            f"--plugin_path=/nowhere:{PLUGINS.parent / 'lib'}",
            environment={"NDBENCH_PLUGIN_PATH": "../linked"},  # it starts in run0
        )
        self.assert_exit(run, 0)
        path = run.records[0]["plugins"]["model"]["path"]
        self.assertEqual(path, str(folder / plugin_file("null")))

    def test_a_plugin_that_is_replaced_during_a_run_is_not_loaded(self):
        folder = self.folder / "replaced"
        folder.mkdir()
        file = folder / plugin_file("null")
        shutil.copy(PLUGINS / file.name, file)
        slow = {"name": "slow", "plugin": "villain", "misdeed": "hang"}
        process = self.start(
            suite_text([slow, "null"], epoch={"replicas": 1}) + "\n[limits]\ntrain = 3\n",
            f"--plugin_path={folder}:{PLUGINS}",
        )
        while line := process.stderr.readline():
            if "slow/cpu/fixed/epoch replica 0" in line:  # all plugins are inspected by now
                break
        self.assertTrue(line, "the run ended early")
        other = folder / "other.so"
        other.write_bytes(file.read_bytes() + b"\0")
        other.replace(file)
        run = self.finish(process)
        self.assert_exit(run, 15)
        (record,) = run.records_of("null/cpu/fixed/epoch")
        self.assertEqual(record["outcome"]["phase"], "load")
        self.assertIn("it has changed since this run inspected it", record["outcome"]["reason"])


class ChoosyPlugins(SuiteTest):
    """What a model says does not exist in a mode is skipped; what it has chosen is recorded."""

    def test_the_mode_is_skipped_with_the_models_reason_and_the_other_is_measured(self):
        run = self.run_suite(
            suite_text(["choosy"], modes=["fixed", "noisy"], step={"replicas": 2, "steps": 4})
        )
        self.assert_exit(run, 0)
        skipped = run.records_of("choosy/cpu/fixed/step")
        self.assertTrue(skipped)
        for record in skipped:
            self.assertEqual(record["outcome"]["status"], "skipped")
            self.assertEqual(record["outcome"]["reason"], "the fast one is not deterministic")
        measured = run.records_of("choosy/cpu/noisy/step")
        self.assertEqual([record["outcome"]["status"] for record in measured], ["passed"] * 2)
        for record in measured:
            self.assertEqual(record["in_force"]["engine"], "the fast one")
            self.assertEqual(record["in_force"]["threads"], "1")  # the backend's own


class MissingPlugins(SuiteTest):
    def test_a_missing_model_lists_every_path_tried(self):
        run = self.run_suite(
            suite_text(["nowhere", "null"], epoch={"replicas": 1}),
            f"--plugin_path=/given/one:{PLUGINS}",
            environment={"NDBENCH_PLUGIN_PATH": "/from/the/environment"},
        )
        self.assert_exit(run, 15)
        (record,) = run.records_of("nowhere/cpu/fixed/epoch")
        for folder in ["/given/one", PLUGINS, "/from/the/environment"]:
            self.assertIn(f"{folder}/{plugin_file('nowhere')}", record["outcome"]["reason"])
        (honest,) = run.records_of("null/cpu/fixed/epoch")
        self.assertEqual(honest["outcome"]["status"], "passed")

    def test_a_missing_backend_fails_its_own_cells(self):
        run = self.run_suite(
            suite_text(["null"], backends=["cpu", "abacus"], epoch={"replicas": 1})
        )
        self.assert_exit(run, 15)
        (missing,) = run.records_of("null/abacus/fixed/epoch")
        self.assertIn("libndbench_backend_abacus.so", missing["outcome"]["reason"])
        (honest,) = run.records_of("null/cpu/fixed/epoch")
        self.assertEqual(honest["outcome"]["status"], "passed")

    def test_the_first_folder_of_the_path_wins(self):
        first = self.folder / "first"
        first.mkdir()
        shutil.copy(PLUGINS / plugin_file("flaky"), first / plugin_file("null"))
        run = self.run_suite(
            suite_text(["null"], epoch={"replicas": 1}), f"--plugin_path={first}:{PLUGINS}"
        )
        self.assert_exit(run, 15)
        self.assertIn(f"{first}/{plugin_file('null')}", run.records[0]["outcome"]["reason"])

    def test_the_environment_names_folders_too(self):
        run = self.run_suite(
            suite_text(["null"], epoch={"replicas": 1}),
            "--plugin_path=/nowhere",
            environment={"NDBENCH_PLUGIN_PATH": str(PLUGINS)},
        )
        self.assert_exit(run, 0)


if __name__ == "__main__":
    unittest.main()
