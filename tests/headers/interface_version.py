"""A change of the SDK's headers must come with another kInterfaceVersion.

Compares the headers with the checksum that interface_version.txt holds for the current version.
`interface_version.py --update` writes that file, once the version is raised or while the version has
not been released.
"""
import hashlib
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
HEADERS = sorted((HERE / "../../framework/include/ndbench").glob("*.h"))
RECORD = HERE / "interface_version.txt"


def without_comments(text):
    """What a compiler sees: a better comment is no other interface."""
    return re.sub(r"\s+", " ", re.sub(r"//[^\n]*", "", text))


def main():
    texts = {header.name: without_comments(header.read_text()) for header in HEADERS}
    version = re.search(r"kInterfaceVersion = (\d+)", texts["plugin.h"]).group(1)
    digest = hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()
    current = f"{version} {digest}\n"
    if sys.argv[1:] == ["--update"]:
        RECORD.write_text(current)
    elif RECORD.read_text() != current:
        sys.exit(f"framework/include/ndbench/ differs from what {RECORD.name} records for interface "
                 f"version {RECORD.read_text().split()[0]}: raise kInterfaceVersion in plugin.h, then "
                 f"run {pathlib.Path(__file__).name} --update")


if __name__ == "__main__":
    main()
