"""What runs leave behind: folders, lines, rows and the database; for scripts that disturb them."""

import json
import sqlite3


def run_folders(results):
    """The folders of the runs below a results folder, oldest first."""
    return sorted(entry for entry in results.iterdir() if entry.is_dir()) if results.is_dir() else []


def whole_lines(folder):
    """The lines of a journal that came to their end: those that count as done."""
    file = folder / "journal.jsonl"
    text = file.read_bytes() if file.exists() else b""
    return text[: text.rfind(b"\n") + 1].splitlines()


def rows(folder):
    """Outcome and state hash by cell and replica; each stands there once, with its side files."""
    found = {}
    for line in map(json.loads, whole_lines(folder)):
        if line["type"] != "record":
            continue
        key = f"{line['name']}#{line['replica']}"
        assert key not in found, f"{key} stands twice in {folder}"
        for side in line.get("files", {}).values():
            assert (folder / side["file"]).exists(), f"{key} has lost {side['file']}"
        found[key] = (line["outcome"]["status"], line.get("state_hash"))
    return found


def database_rows(results):
    """How many rows the database of a results folder has; it is intact."""
    with sqlite3.connect(results / "ndbench.db") as database:
        checked = database.execute("PRAGMA integrity_check").fetchall()
        assert checked == [("ok",)], checked
        (count,) = database.execute("SELECT count(*) FROM record").fetchone()
    database.close()
    return count
