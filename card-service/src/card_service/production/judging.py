"""What a bureau returned, held against what it was sent: good, spoiled, or a mismatch with its reason. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

_SERIAL = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")


class Fault(StrEnum):
    """Why a row of a return is not taken, or a card of the batch is not there."""

    CARD_UNKNOWN = "card_not_in_batch"
    CARD_DONE = "card_not_in_production"  # returned before
    CARD_TWICE = "card_twice"
    NUMBER_WRONG = "card_number_differs"
    SERIAL_MALFORMED = "serial_malformed"
    SERIAL_TWICE = "serial_twice"  # in the return, or of another card already
    MISSING = "card_missing"
    SPOILED = "card_spoiled"  # as the bureau says; it is made again


@dataclass(frozen=True, slots=True)
class Sent:
    """A card of the batch: its number, and whether the bureau still has it."""

    number: str
    in_production: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """A row of a return, as the bureau wrote it."""

    card_id: str
    number: str
    serial: str | None
    spoiled: bool


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A row that was not taken, by its place from 1 on; without `row` a card that the return does not name."""

    row: int | None
    card_id: UUID | None
    fault: Fault


@dataclass(slots=True)
class Judged:
    """What becomes of a return: serials of cards that were made, cards that were spoiled, and all that does not fit."""

    made: dict[UUID, str] = field(default_factory=dict)
    spoiled: list[UUID] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)


def serials_of(rows: Sequence[Returned]) -> list[str]:
    """The serials that a return names and that may be one."""
    return sorted({row.serial for row in rows if row.serial and _SERIAL.fullmatch(row.serial)})


def judge(sent: Mapping[UUID, Sent], rows: Sequence[Returned], taken: Collection[str]) -> Judged:
    """Hold a return against its batch. `taken`: serials that other cards have.

    A row is taken whole or not at all, and a card or serial that stands twice is taken in none of its rows: nobody can
    tell which one is right.
    """
    result = Judged()
    cards, serials = Counter(row.card_id for row in rows), Counter(row.serial for row in rows if not row.spoiled)
    for place, row in enumerate(rows, 1):
        card_id = _id(row.card_id)
        fault = _fault(sent, row, card_id, cards, serials, taken)
        if fault is not None or card_id is None:
            result.mismatches.append(Mismatch(place, card_id, fault or Fault.CARD_UNKNOWN))
        elif row.spoiled:
            result.spoiled.append(card_id)
            result.mismatches.append(Mismatch(place, card_id, Fault.SPOILED))
        else:
            result.made[card_id] = row.serial or ""
    named = {card_id for row in rows if (card_id := _id(row.card_id)) is not None}
    left = sorted(card_id for card_id, card in sent.items() if card.in_production and card_id not in named)
    result.mismatches += [Mismatch(None, card_id, Fault.MISSING) for card_id in left]
    return result


def _fault(
    sent: Mapping[UUID, Sent],
    row: Returned,
    card_id: UUID | None,
    cards: Counter[str],
    serials: Counter[str | None],
    taken: Collection[str],
) -> Fault | None:
    card = sent.get(card_id) if card_id is not None else None
    if card is None:
        return Fault.CARD_UNKNOWN
    if cards[row.card_id] > 1:
        return Fault.CARD_TWICE
    if not card.in_production:
        return Fault.CARD_DONE
    if card.number != row.number:
        return Fault.NUMBER_WRONG
    if row.spoiled:
        return None
    if row.serial is None or not _SERIAL.fullmatch(row.serial):
        return Fault.SERIAL_MALFORMED
    return Fault.SERIAL_TWICE if serials[row.serial] > 1 or row.serial in taken else None


def _id(given: str) -> UUID | None:
    """A card's id as it is written everywhere: what is written otherwise is none of ours."""
    try:
        card_id = UUID(given)
    except ValueError:
        return None
    return card_id if str(card_id) == given else None
