"""A plan's load as a table: a row a day, a column a site, each cell how many come of how many places. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from staff_console.documents import Document

_FULL: Final = 95  # percent of the places of a day, from which on it is called full


@dataclass(frozen=True)
class Cell:
    """A site on a day: citizens that come, places that it offers, most in an hour."""

    citizens: int
    offered: int
    most: int

    @property
    def fill(self) -> str:
        """How full it is, as the page colours it."""
        if not self.citizens:
            return "none"
        return "full" if self.citizens * 100 >= self.offered * _FULL else "some"


@dataclass(frozen=True)
class Table:
    """The sites that are sent anybody, in the plan's order; days with a cell each and their sum."""

    sites: Sequence[Document]
    days: Sequence[tuple[str, Sequence[Cell], int]]
    whole: int


def table_of(sites: Sequence[Document], load: Sequence[Document]) -> Table:
    """The load of a plan by day and site."""
    found = {(str(one["day"]), one["site_id"]): one for one in load}
    with_any = {one["site_id"] for one in load}
    shown = [site for site in sites if site["site_id"] in with_any]
    days = []
    for day in sorted({day for day, _ in found}):
        cells = [_cell(found.get((day, site["site_id"]))) for site in shown]
        days.append((day, cells, sum(cell.citizens for cell in cells)))
    return Table(shown, days, sum(number for _, _, number in days))


def _cell(one: Document | None) -> Cell:
    return Cell(one["citizens"], one["offered"], one["most_in_an_hour"]) if one else Cell(0, 0, 0)
