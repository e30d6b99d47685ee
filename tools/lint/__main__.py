"""Check the workspace, or the files and folders named, against the project's own rules."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.lint import check, config
from tools.lint.source import Source

ROOT = Path(__file__).parents[2]


def python_files(places: Iterable[Path]) -> Iterator[Path]:
    """Every Python file in these places, the skipped folders left out."""
    for place in places:
        if place.is_file():
            yield place
            continue
        for path in sorted(place.rglob("*.py")):
            if not config.SKIPPED_FOLDERS.intersection(path.relative_to(place).parts):
                yield path


def main(arguments: list[str]) -> int:
    """Print every finding; 1 where there are any."""
    places = [Path(argument).resolve() for argument in arguments] or [ROOT]
    files = findings = 0
    for path in python_files(places):
        files += 1
        source = Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for finding in check(source):
            findings += 1
            print(finding)
    print(f"{files} files, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
