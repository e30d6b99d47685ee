"""The table of moves (`moves.csv`): in which state of a card which action is allowed, where it leads, who may.

Read once, when the service starts, and refused where it contradicts itself. `docs/cards.md` is drawn from it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final


class CardState(StrEnum):
    """Where a card stands."""

    REQUESTED = "requested"  # somebody wants it made
    APPROVED = "approved"  # another person has agreed that it is made
    IN_PRODUCTION = "in_production"  # the bureau has been sent what goes on it
    PRODUCED = "produced"  # made, with a serial; not at a site yet
    IN_STOCK = "in_stock"  # lies at its pick-up site
    ISSUED = "issued"  # with its holder, not usable yet
    ACTIVE = "active"  # usable for the services enabled on it
    BLOCKED = "blocked"  # refused everywhere
    REPLACED = "replaced"  # at its end: another took its place
    CLOSED = "closed"  # at its end, for ever
    EXPIRED = "expired"  # at its end: its last day is over

    @classmethod
    def _missing_(cls, value: object) -> CardState | None:
        """What the version before this one still writes while an upgrade goes on."""
        return cls.IN_STOCK if value == "ready" else None


class Action(StrEnum):
    """What can be done to a card."""

    APPROVE = "approve"
    SEND_TO_BUREAU = "send_to_bureau"
    TAKE_SERIAL = "take_serial"  # the bureau has made it
    SPOIL = "spoil"  # the bureau has spoiled it: it is made again
    REPRINT = "reprint"  # make it again under the same number, with another serial; only before it is issued
    DISPATCH = "dispatch"  # send it to a site
    RECEIVE = "receive"  # count it in at its site
    SEND_BACK = "send_back"  # away from its site: nobody has collected it, or it goes to another one
    PRINT = "print"  # at the site; again too, under the same number
    HAND_OVER = "hand_over"
    ACTIVATE = "activate"
    SET_PIN = "set_pin"
    CHECK_PIN = "check_pin"
    PROVE = "prove"  # give the signed credential
    BLOCK = "block"
    REPORT_LOSS = "report_loss"
    UNBLOCK = "unblock"
    REPORT_FOUND = "report_found"
    LAPSE = "lapse"  # a lost card nobody asked a replacement for
    REPLACE = "replace"  # re-issue: a new card with a number of its own
    CHANGE_SERVICES = "change_services"  # enable one more, or disable one
    TAKE_BACK = "take_back"  # its activation was a mistake
    SUPERSEDE = "supersede"  # its replacement was handed over
    CLOSE = "close"
    EXPIRE = "expire"


class By(StrEnum):
    """How an action comes about."""

    REQUEST = "request"  # somebody asks for it on this card
    CONSEQUENCE = "consequence"  # it follows of something else: a death, a cohort's activation, another card
    WORKER = "worker"  # the service does it by itself, in time


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table.

    `next`: what the card is then; after a block that ends it is what it was before. `operation`: the endpoint that
    does it, empty where none does. `scopes`: any one of them opens it. `offices_only`: for people and their systems.
    """

    state: CardState
    action: Action
    next: CardState
    by: By
    operation: str
    scopes: frozenset[str]
    offices_only: bool


class MovesInvalid(ValueError):
    """The table of moves contradicts itself."""


def read(lines: Iterable[str]) -> tuple[Move, ...]:
    """The moves of a table as CSV. Raises MovesInvalid."""
    try:
        moves = tuple(_move(row) for row in csv.DictReader(lines))
    except (KeyError, ValueError) as error:
        raise MovesInvalid(f"a row that is none: {error}") from error
    pairs = [(move.state, move.action) for move in moves]
    if twice := sorted({f"{state} {action}" for state, action in pairs if pairs.count((state, action)) > 1}):
        raise MovesInvalid(f"said twice: {', '.join(twice)}")
    for move in moves:
        if bool(move.operation) != bool(move.scopes):
            raise MovesInvalid(f"{move.state} {move.action}: an operation is opened by a scope")
    return moves


def _move(row: dict[str, str]) -> Move:
    return Move(
        state=CardState(row["state"]),
        action=Action(row["action"]),
        next=CardState(row["next"]),
        by=By(row["by"]),
        operation=row["operation"],
        scopes=frozenset(row["scopes"].split()),
        offices_only=row["callers"] == "offices",
    )


MOVES: Final = read(files("card_service.cards").joinpath("moves.csv").read_text(encoding="utf-8").splitlines())
