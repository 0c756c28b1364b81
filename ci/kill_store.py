#!/usr/bin/env python3
"""Kills a process that indexes runs, at random moments, and looks what is left in the database.

After each kill: what was acknowledged is there, whole; each run is there whole or not at all; no
row is there twice; integrity_check finds nothing. Exits 1 if that is not so.

  ci/kill_store.py [--kills N] [--seed N] [--program build/release/tests/index_runs]
"""

import argparse
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

KILLS_OF_A_DATABASE = 25  # so that making and migrating one is often killed, too
LATEST_KILL = 0.06  # seconds after the start


def kill_once(program, folder, first, delay):
    """Starts the program, kills it, and returns the numbers of the runs that it acknowledged."""
    process = subprocess.Popen([program, folder, str(first)], stdout=subprocess.PIPE)
    time.sleep(delay)
    process.kill()
    text, _ = process.communicate()
    if process.returncode != -9:
        raise AssertionError(f"ended by itself, status {process.returncode}")
    return [int(line) for line in text.split(b"\n")[:-1]]


def check(folder, acknowledged):
    """Returns how many runs are in the database."""
    file = folder / "ndbench.db"
    if not file.exists():
        assert not acknowledged, "acknowledged, and no database"
        return 0
    with sqlite3.connect(file) as database:
        found = database.execute("PRAGMA integrity_check").fetchall()
        assert found == [("ok",)], found
        if not database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'fragment'").fetchone():
            assert not acknowledged, "acknowledged, and no table"
            return 0
        rows = database.execute(
            "SELECT fragment.name, count(*), count(DISTINCT record.replica) FROM fragment "
            "JOIN record ON record.run = fragment.run GROUP BY fragment.name"
        ).fetchall()
        runs = {int(name): (count, distinct) for name, count, distinct in rows}
        total = database.execute("SELECT count(*) FROM record").fetchone()[0]
    database.close()
    lost = set(acknowledged) - set(runs)
    assert not lost, f"acknowledged and lost: {sorted(lost)}"
    for number, counts in runs.items():
        assert counts == (1 + number % 20,) * 2, f"run {number} has {counts} rows"
    assert total == sum(count for count, _ in runs.values()), "rows of no fragment"
    return len(runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    default = pathlib.Path(__file__).parent.parent / "build/release/tests/index_runs"
    parser.add_argument("--program", type=pathlib.Path, default=default)
    options = parser.parse_args()
    if not options.program.exists():
        sys.exit(f"no {options.program}; build it with NDBENCH_BUILD_TESTS=ON")
    chance = random.Random(options.seed)
    acknowledged_in_all = runs_in_all = 0
    started = time.monotonic()
    kills = 0
    while kills < options.kills:
        with tempfile.TemporaryDirectory(prefix="ndbench_kill_") as name:
            folder = pathlib.Path(name)
            acknowledged = []
            runs = 0
            for _ in range(min(KILLS_OF_A_DATABASE, options.kills - kills)):
                # A run that was killed before it was acknowledged is taken up again.
                first = acknowledged[-1] + 1 if acknowledged else 0
                acknowledged += kill_once(
                    options.program, folder, first, chance.uniform(0.0, LATEST_KILL)
                )
                kills += 1
                try:
                    runs = check(folder, acknowledged)
                except AssertionError as error:
                    sys.exit(f"kill {kills}: {error}")
            acknowledged_in_all += len(acknowledged)
            runs_in_all += runs
    print(
        f"{kills} kills in {time.monotonic() - started:.0f} s: {acknowledged_in_all} runs "
        f"acknowledged, {runs_in_all} found; none lost, none in part, none twice, all intact"
    )


if __name__ == "__main__":
    main()
