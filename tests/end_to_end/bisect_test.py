"""ci/bisect.sh names the commit that made a benchmark slower, or end in other bits."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from suite_run import PLUGINS, SUITE, suite_text

SOURCE = pathlib.Path(os.environ["NDBENCH_TEST_SOURCE"])
NDBENCH = os.environ["NDBENCH_COMMAND"]

# What stands for building a commit: a program that plants what the commit's files say.
BUILD = f"""
set -e
test ! -f broken
mkdir -p "$1/bin"
{{
  echo '#!/bin/sh'
  echo "NDBENCH_TEST_SLOWER=$(cat slower) NDBENCH_TEST_FLIP=$(cat flip) exec {SUITE} \\"\\$@\\""
}} >"$1/bin/ndbench_suite"
chmod +x "$1/bin/ndbench_suite"
"""


class Bisect(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ndbench_bisect_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.repository = self.folder / "repository"
        self.git("init", "--quiet", self.repository, cwd=self.folder)
        self.suite = self.folder / "s.toml"
        self.suite.write_text(
            suite_text(
                [{"name": "nightly"}],
                step={"replicas": 1, "steps": 4, "warmup": 1, "blocks": 1},
            )
        )

    def git(self, *arguments, cwd=None):
        identity = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
        return subprocess.run(
            ["git", *identity, *arguments],
            cwd=cwd or self.repository,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def commit(self, slower=1.0, flip=0, broken=False):
        (self.repository / "slower").write_text(str(slower))
        (self.repository / "flip").write_text(str(flip))
        if broken:
            (self.repository / "broken").touch()
        else:
            (self.repository / "broken").unlink(missing_ok=True)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=change")
        return self.git("rev-parse", "HEAD")

    def bisect(self, *arguments):
        return subprocess.run(
            [
                SOURCE / "ci/bisect.sh",
                *arguments,
                f"--suite={os.path.relpath(self.suite, self.repository)}",
                f"--plugin_path={os.path.relpath(PLUGINS, self.repository)}",
                f"--build={BUILD}",
                f"--work={os.path.relpath(self.folder / 'work', self.repository)}",
                f"--ndbench={NDBENCH}",
            ],
            cwd=self.repository,
            capture_output=True,
            text=True,
            # Beside other tests: what is timed sleeps.
            env=os.environ | {"NDBENCH_HOST_LOCK_NAME": self.folder.name},
        )

    def test_names_the_commit_that_made_it_slower(self):
        for _ in range(3):
            self.commit()
        slow = [self.commit(slower=1.3) for _ in range(3)]
        done = self.bisect("HEAD~5", "HEAD", "--benchmark_filter=step")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.split()[0], slow[0])
        # The checkout of the user is where it was, and no other is left.
        self.assertEqual(self.git("rev-parse", "HEAD"), slow[-1])
        self.assertEqual(len(self.git("worktree", "list").splitlines()), 1)

    def test_names_the_commit_that_brought_other_bits_and_skips_what_does_not_build(self):
        good = self.commit()
        self.commit()
        flipped = self.commit(flip=1)
        self.commit(flip=1)
        self.commit(flip=1, broken=True)
        last = self.commit(flip=1)
        done = self.bisect(good, last, "--benchmark_filter=step")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.split()[0], flipped)

    def test_says_that_there_is_nothing_to_bisect(self):
        good = self.commit()
        done = self.bisect(good, self.commit(), "--benchmark_filter=step")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("do not differ", done.stderr)

    def test_refuses_what_is_no_range_of_commits(self):
        first = self.commit()
        second = self.commit(slower=2)
        for arguments, words in (
            ([second, first, "--benchmark_filter=step"], "is no ancestor"),
            ([first, "nowhere", "--benchmark_filter=step"], "'nowhere' is no commit"),
            ([first, second], "--benchmark_filter"),
            ([first, "--benchmark_filter=step"], "a bad one"),
        ):
            done = self.bisect(*arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
