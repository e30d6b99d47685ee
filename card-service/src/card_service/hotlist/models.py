"""Parts of the hot list, and the positions between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from chassis.paging import LAST_ID

POSITION: Final = r"^([0-9a-f]{8}[.:][0-9]{1,19}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"
_ERA = 8
_CHANGES, _WHOLE = ".", ":"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a terminal has read, in the numbers of one era.

    Among changes: up to a card of a transaction (`posted`). In the whole list, which was begun when all transactions
    before `posted` were over: up to a card. An era ends when the database is restored or another server takes over:
    transactions may be lost, and their numbers given a second time. As text it is opaque to terminals.
    """

    era: str
    posted: int
    card_id: UUID
    whole: bool

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The position of a text of that form; None at the beginning."""
        if not text:
            return None
        posted, _, card_id = text[_ERA + 1 :].partition(".")
        return cls(text[:_ERA], int(posted), UUID(card_id), text[_ERA] == _WHOLE)

    def __str__(self) -> str:
        """As terminals keep it."""
        return f"{self.era}{_WHOLE if self.whole else _CHANGES}{self.posted}.{self.card_id}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A card that was put on the list (or stands there), or taken off it."""

    card_id: UUID
    listed: bool
    posted: int


@dataclass(frozen=True, slots=True)
class Read:
    """What one statement found, and what it could see.

    Transactions below `horizon` are over; rows that stood off are deleted up to `floor`.
    """

    entries: list[Entry]
    era: str
    horizon: int
    floor: int

    def goes_on_from(self, position: Position) -> bool:
        """Whether what is behind the position can be told: nothing of it is deleted, or of another history."""
        read_to = (position.posted, position.card_id)
        return position.era == self.era and (self.floor, LAST_ID) <= read_to <= (self.horizon, LAST_ID)

    def behind_all(self, horizon: int) -> Position:
        """Behind every change of a transaction below a horizon of this era."""
        return Position(self.era, horizon - 1, LAST_ID, whole=False)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list between two positions; without `since` it begins the whole list.

    `more`: another part follows at once. Until the whole list is read, a terminal goes on by the one it has.
    """

    since: Position | None
    until: Position
    entries: list[Entry]
    more: bool
