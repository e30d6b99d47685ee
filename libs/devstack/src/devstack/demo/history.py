"""Earlier runs on the same system: their people may be invited in a later one, so a run must know them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import orjson

from devstack.demo.people import Generator, Household
from devstack.demo.register_file import RegisterFile, register_files

FILE = "demo-runs.json"


@dataclass(slots=True)
class Run:
    """What the people of a run were made from; `planned` once all its heads were invited."""

    run: int
    seed: int
    lot: int
    today: str
    households: int
    faults_per_kind: int
    planned: bool = False

    def files(self) -> tuple[Generator, list[RegisterFile]]:
        """The run's import files, the same every time, and the generator that made them."""
        people = Generator(seed=self.seed, lot=self.lot, today=date.fromisoformat(self.today))
        return people, list(register_files(people, self.households, self.faults_per_kind))


class History:
    """The runs on record."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        known = orjson.loads(self._path.read_bytes()) if self._path.exists() else []
        self.runs = [Run(**entry) for entry in known]

    def record(self, run: Run) -> None:
        """Put a run on record, or what is new of it."""
        self.runs = [known for known in self.runs if known.run != run.run] + [run]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(orjson.dumps([asdict(known) for known in self.runs]))

    def before(self, run: int) -> Iterator[tuple[Run, list[Household]]]:
        """The earlier runs with their households."""
        for known in self.runs:
            if known.run < run:
                yield known, [household for file in known.files()[1] for household in file.households]
