"""`python -m tools.typecheck`: mypy over all sources and all tests in one run.

Every member has a `tests` folder, so that mypy's command line would see one module many times; here the tests of
`supply-service` are the package `supply_service_tests`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from mypy import main as mypy
from mypy.fscache import FileSystemCache
from mypy.modulefinder import BuildSource

ROOT = Path(__file__).parents[1]


def members() -> list[Path]:
    """The workspace's members."""
    return sorted(path.parent for pattern in ("libs/*", "*") for path in ROOT.glob(f"{pattern}/pyproject.toml"))


def tests_of(member: Path) -> Iterator[BuildSource]:
    """A member's test modules, each under a name that no other member's has."""
    folder = member / "tests"
    package = f"{member.name.replace('-', '_')}_tests" if member != ROOT else folder.name
    for path in sorted(folder.rglob("*.py")):
        parts = [part for part in path.relative_to(folder).with_suffix("").parts if part != "__init__"]
        yield BuildSource(str(path.relative_to(ROOT)), ".".join([package, *parts]), None, str(ROOT))


def main(arguments: list[str]) -> int:
    """Check everything; 1 where there are errors. `arguments` are mypy's own options."""
    started = time.time()
    files = FileSystemCache()
    folders = [str(member.relative_to(ROOT) / "src") for member in members()] + ["tools", "bench"]
    sources, options = mypy.process_options([*arguments, *folders], fscache=files)
    for member in (*members(), ROOT):
        sources += tests_of(member)
    _, messages, _ = mypy.run_build(sources, options, files, started, sys.stdout, sys.stderr)
    errors = sum(": error: " in message for message in messages)
    print(f"{len(sources)} files, {errors} errors")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
