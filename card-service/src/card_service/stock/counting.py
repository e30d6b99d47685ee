"""What was counted, held against what should be there. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Counted:
    """A list held against what was counted: cards that are there or not, that should not be, that are damaged."""

    received: tuple[UUID, ...]
    missing: tuple[UUID, ...]
    surplus: tuple[UUID, ...]
    damaged: tuple[UUID, ...]


def counted(listed: Collection[UUID], there: Collection[UUID], damaged: Collection[UUID]) -> Counted:
    """Hold what was counted against a list. A card that is damaged is there, and is no good."""
    expected, whole, broken = set(listed), set(there), set(damaged)
    return Counted(
        received=tuple(sorted((expected & whole) - broken)),
        missing=tuple(sorted(expected - whole - broken)),
        surplus=tuple(sorted((whole | broken) - expected)),
        damaged=tuple(sorted(expected & broken)),
    )


@dataclass(frozen=True, slots=True)
class Day:
    """A site's cards on a day, by the steps of their lives.

    `ended`: closed or expired while they lay there, as when a holder has died.
    """

    opening: int
    received: int
    issued: int
    spoiled: int
    returned: int
    ended: int

    @property
    def closing(self) -> int:
        """What should lie there."""
        return self.opening + self.received - self.issued - self.spoiled - self.returned - self.ended
