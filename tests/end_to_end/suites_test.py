"""A wrong suite is one clear message with its place; nothing is measured, nothing is written."""

import unittest

from suite_run import SuiteTest, suite_text

GOOD = suite_text(["null"], epoch={"replicas": 1})

# name: (content, where in the file, what the message says)
WRONG = {
    "unknown_key": (GOOD + "\n[[backend]]\nname = 'two'\nthread = 2\n", "16:1", "'thread'"),
    "unknown_key_at_the_top": ("sead = 1\n" + GOOD, "1:1", "did you mean 'seed'"),
    "wrong_type": (GOOD.replace("replicas = 1", 'replicas = "one"'), "5:12", "an integer"),
    "out_of_range": (GOOD.replace("replicas = 1", "replicas = 0"), "5:12", "from 1"),
    "duplicate_cell": (GOOD + "[[model]]\nname = 'null'\n", "14:8", "'null' is already at 12:8"),
    "duplicate_key": ("seed = 1\nseed = 2\n", "2:8", "not valid TOML"),
    "no_model": (GOOD[: GOOD.index("[[model]]")], "", "[[model]]"),
    "no_backend": ('[step]\n[[model]]\nname = "null"\n', "", "[[backend]]"),
    "no_scope": (GOOD.replace("[epoch]\nreplicas = 1\n", ""), "", "[step]"),
    "unknown_mode": (GOOD.replace("fixed", "fixd"), "2:10", "did you mean 'fixed'"),
    "bad_name": (GOOD.replace('"null"', '"a/b"'), "12:8", "'a/b'"),
    "empty": ("", "", "empty"),
    "only_blanks": ("\n \n", "", "no model"),
    "not_toml": ("{]\n", "1:1", "not valid TOML"),
    "not_utf8": (b"# \xff\xfe\n" + GOOD.encode(), "1:3", "UTF-8"),
    "utf16": (GOOD.encode("utf-16"), "1:1", "UTF-8"),
    "byte_order_mark": (b"\xef\xbb\xbf" + GOOD.encode(), "1:1", "byte order mark"),
    "zeros": (bytes(4096), "1:1", ""),
    "ten_megabytes": (b"# 0123456789abcde\n" * 600_000, "", "1048576 bytes"),
    "one_long_line": (b"#" * 1_000_000, "1:1", "bytes"),
    "escape_sequence": ("# \x1b]0;title\x07\n" + GOOD, "1:3", "U+001B"),
}


class WrongSuites(SuiteTest):
    def refused(self, suite, *flags, **options):
        run = self.run_suite(suite, *flags, **options)
        self.assert_exit(run, 3)
        self.assertEqual(run.folders, [], "a results folder was made")
        return run

    def test_each_is_refused_in_one_message_with_its_place(self):
        for name, (content, place, what) in WRONG.items():
            with self.subTest(name):
                file = self.folder / f"{name}.toml"
                file.write_bytes(content if isinstance(content, bytes) else content.encode())
                run = self.refused(file)
                self.assert_one_message(run, f"{file}:{place}", what)
                self.assertLess(len(run.stderr), 4096)
                self.assertNotIn("\x1b", run.stderr)

    def test_a_missing_file_is_named(self):
        self.assert_one_message(self.refused("nowhere.toml"), "nowhere.toml", "No such file")

    def test_a_name_of_no_suite_is_named(self):
        self.assert_one_message(self.refused("smok"), "smok")

    def test_a_directory_is_no_suite(self):
        self.assert_one_message(self.refused(self.folder), "this is a directory")

    def test_a_device_is_no_suite(self):
        self.assert_one_message(self.refused("/dev/zero"), "not a regular file")

    def test_an_unreadable_path_is_no_suite(self):
        self.assert_one_message(self.refused("/etc/passwd/suite.toml"), "Not a directory")

    def test_a_parameter_that_the_plugin_lacks_is_refused_before_anything_is_measured(self):
        second = {"name": "b", "plugin": "null", "step_microsecond": 5}
        run = self.refused(self.file(suite_text(["null", second], epoch={})))
        self.assert_one_message(run, "test.toml:16:20: ", "did you mean 'step_microseconds'")

    def test_a_parameter_out_of_range_is_refused_before_anything_is_measured(self):
        text = suite_text([{"name": "null", "step_microseconds": -1}], epoch={})
        run = self.refused(self.file(text))
        self.assert_one_message(run, "test.toml:12:21: ", "from 0")

    def test_a_parameter_of_another_type_is_refused_before_anything_is_measured(self):
        text = suite_text([{"name": "v", "plugin": "villain", "misdeed": "thow"}], epoch={})
        run = self.refused(self.file(text))
        self.assert_one_message(run, "test.toml:13:11: ", "did you mean 'throw'")

    def test_a_wrong_suite_is_refused_for_listing_too(self):
        run = self.refused(self.file("seed = 'x'\n"), "--benchmark_list_tests")
        self.assert_one_message(run, ":1:8: ")

    def file(self, text):
        file = self.folder / "test.toml"
        file.write_text(text)
        return file


if __name__ == "__main__":
    unittest.main()
