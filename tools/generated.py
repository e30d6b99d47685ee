"""Write the large generated files, which git ignores, where they are older than what they are made from.

`python -m tools.generated` is the last step of `make setup`; tests that read such a file call `refresh`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
OPENAPI = ROOT / "gateway/src/api_gateway/openapi.json"
ASYNCAPI = ROOT / "libs/contracts/asyncapi.yaml"


@dataclass(frozen=True)
class Artefact:
    """A generated file: the program that writes it, and what that reads, files or folders."""

    path: Path
    program: tuple[str, ...]
    sources: tuple[str, ...]

    def is_stale(self) -> bool:
        """Whether the file is missing or older than any of its sources."""
        if not self.path.is_file():
            return True
        written = self.path.stat().st_mtime_ns
        return any(file.stat().st_mtime_ns > written for file in self._files())

    def write(self) -> None:
        """Write it; a reader meets the old file or the whole new one. Raises CalledProcessError."""
        fresh = self.path.with_suffix(f".{os.getpid()}.new")  # tests on several cores may find it stale at once
        subprocess.run([sys.executable, "-m", *self.program, str(fresh)], cwd=ROOT, check=True)
        fresh.replace(self.path)

    def _files(self) -> Iterator[Path]:
        for pattern in self.sources:
            for source in ROOT.glob(pattern):
                yield from source.rglob("*.py") if source.is_dir() else (source,)


_MEMBERS = ("libs/*/src", "gateway/src", "*-service/src", "requirements.lock")
ARTEFACTS = (
    Artefact(OPENAPI, ("tools.merge_openapi", "--output"), (*_MEMBERS, "tools/merge_openapi.py", "tools/services.py")),
    Artefact(ASYNCAPI, ("contracts.generate", "--asyncapi"), ("libs/contracts/src",)),
)


def refresh(*wanted: Path) -> None:
    """Write those of the files (all unless named) that are stale. Raises CalledProcessError."""
    for artefact in ARTEFACTS:
        if (not wanted or artefact.path in wanted) and artefact.is_stale():
            artefact.write()
            print(f"wrote {artefact.path.relative_to(ROOT)}")


if __name__ == "__main__":
    refresh()
