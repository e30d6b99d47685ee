"""Numbers of a page, each with the list it counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A number of a page, and where the list is that it counts; a number of nothing opens none."""

    number: int
    place: str

    @property
    def link(self) -> str:
        """Where its list is, empty where there is nothing to see."""
        return self.place if self.number else ""
