"""What a change comes to, added up by governorate and by size of household. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from supply_service.rules.entitled import NOTHING, Change, Facts, Given

Outcome = Literal["gains", "loses", "unchanged"]
Place = tuple[str, int]
_GRANTS = Facts._fields.index("grants")
EXAMPLES = 3  # of each outcome in each governorate, no two of them with the same facts


@dataclass
class Cell:
    """Households of one governorate and size: how many, and what all of them are given; money in piastres."""

    households: int = 0
    gaining: int = 0
    losing: int = 0
    gained: int = 0
    lost: int = 0
    dearer: int = 0
    before: Given = NOTHING
    after: Given = NOTHING

    def add(self, change: Change, households: int) -> None:
        """Count so many households for which this changes."""
        gain = change.gain
        self.households += households
        self.gaining += households if gain > 0 else 0
        self.losing += households if gain < 0 else 0
        self.gained += max(0, gain) * households
        self.lost += max(0, -gain) * households
        self.dearer += change.dearer * households
        self.before = self.before.and_more(change.before, households)
        self.after = self.after.and_more(change.after, households)

    def join(self, other: Cell) -> None:
        """Count another cell's households in."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.before = self.before.and_more(other.before)
        self.after = self.after.and_more(other.after)


COUNTS = ("households", "gaining", "losing", "gained", "lost", "dearer")


@dataclass(frozen=True)
class Example:
    """A household to look at, and what would change for it."""

    household_id: UUID
    governorate: str
    facts: Facts
    change: Change

    @property
    def outcome(self) -> Outcome:
        """Whether it has more, less or the same."""
        gain = self.change.gain
        return "gains" if gain > 0 else "loses" if gain < 0 else "unchanged"


@dataclass
class Tally:
    """All cells, and of which facts there are examples already."""

    cells: dict[Place, Cell] = field(default_factory=dict)
    shown: dict[tuple[str, str], list[Facts]] = field(default_factory=dict)

    def add(self, governorate: str, facts: Facts, change: Change, households: int, one: UUID) -> Example | None:
        """Count households of a governorate of which the same holds; `one` of them where it serves as an example."""
        self.cells.setdefault((governorate, facts.size), Cell()).add(change, households)
        example = Example(one, governorate, facts, change)
        shown = self.shown.setdefault((governorate, example.outcome), [])
        if len(shown) >= EXAMPLES or facts in shown:
            return None
        shown.append(facts)
        return example

    def whole(self) -> Cell:
        """Everybody."""
        return _joined(self.cells.values())

    def by_governorate(self) -> Mapping[str, Cell]:
        """By where households live, in the order of the codes."""
        places = sorted({governorate for governorate, _ in self.cells})
        return {one: _joined(cell for (place, _), cell in self.cells.items() if place == one) for one in places}

    def by_size(self) -> Mapping[int, Cell]:
        """By how many members count, the smallest first."""
        sizes = sorted({size for _, size in self.cells})
        return {one: _joined(cell for (_, size), cell in self.cells.items() if size == one) for one in sizes}

    def stored(self) -> dict[str, object]:
        """As JSON keeps it."""
        return {
            "cells": [
                [*place, *(getattr(cell, name) for name in COUNTS), list(cell.before), list(cell.after)]
                for place, cell in self.cells.items()
            ],
            "shown": [[*of, *map(list, facts)] for of, facts in self.shown.items()],
        }

    @staticmethod
    def of(stored: Mapping[str, Sequence[Any]] | None) -> Tally:
        """What `stored` gave, or an empty one."""
        tally = Tally()
        for governorate, size, *counted, before, after in (stored or {}).get("cells", ()):
            counts: dict[str, int] = dict(zip(COUNTS, counted, strict=True))
            tally.cells[governorate, size] = Cell(**counts, before=Given(*before), after=Given(*after))
        for governorate, outcome, *shown in (stored or {}).get("shown", ()):
            tally.shown[governorate, outcome] = [Facts(*one)._replace(grants=tuple(one[_GRANTS])) for one in shown]
        return tally


def _joined(cells: Iterable[Cell]) -> Cell:
    whole = Cell()
    for cell in cells:
        whole.join(cell)
    return whole
