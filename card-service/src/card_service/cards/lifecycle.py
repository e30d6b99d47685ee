"""The life of a card: which action leads from which state to which. Nothing else decides it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class CardState(StrEnum):
    """Where a card stands."""

    REQUESTED = "requested"  # to be made, or on its way to a site
    READY = "ready"  # lies at its pick-up site
    ISSUED = "issued"  # with its holder, not usable yet
    ACTIVE = "active"  # usable for the services enabled on it
    BLOCKED = "blocked"  # refused everywhere
    CLOSED = "closed"  # at its end, for ever


class Action(StrEnum):
    """What can be done to a card."""

    PRINT = "print"  # again too, under the same number
    STOCK = "stock"
    HAND_OVER = "hand_over"
    ACTIVATE = "activate"
    SET_PIN = "set_pin"
    CHECK_PIN = "check_pin"
    PROVE = "prove"  # give the signed credential
    BLOCK = "block"
    UNBLOCK = "unblock"
    REPLACE = "replace"
    CHANGE_SERVICES = "change_services"  # enable one more, or disable one
    CLOSE = "close"


S, A = CardState, Action

TRANSITIONS: Mapping[tuple[CardState, Action], CardState] = {
    (S.REQUESTED, A.PRINT): S.REQUESTED,
    (S.READY, A.PRINT): S.READY,
    (S.REQUESTED, A.STOCK): S.READY,
    (S.REQUESTED, A.CLOSE): S.CLOSED,
    (S.READY, A.HAND_OVER): S.ISSUED,
    (S.READY, A.CLOSE): S.CLOSED,
    (S.ISSUED, A.ACTIVATE): S.ACTIVE,
    (S.ISSUED, A.SET_PIN): S.ISSUED,
    (S.ISSUED, A.CHECK_PIN): S.ISSUED,
    (S.ISSUED, A.PROVE): S.ISSUED,
    (S.ISSUED, A.BLOCK): S.BLOCKED,
    (S.ISSUED, A.REPLACE): S.ISSUED,
    (S.ISSUED, A.CLOSE): S.CLOSED,
    (S.ACTIVE, A.SET_PIN): S.ACTIVE,
    (S.ACTIVE, A.CHECK_PIN): S.ACTIVE,
    (S.ACTIVE, A.PROVE): S.ACTIVE,
    (S.ACTIVE, A.BLOCK): S.BLOCKED,
    (S.ACTIVE, A.REPLACE): S.ACTIVE,
    (S.ACTIVE, A.CHANGE_SERVICES): S.ACTIVE,
    (S.ACTIVE, A.CLOSE): S.CLOSED,
    (S.BLOCKED, A.UNBLOCK): S.ISSUED,  # or active, if it was active when it was blocked
    (S.BLOCKED, A.REPLACE): S.BLOCKED,  # it is closed when its replacement is handed over
    (S.BLOCKED, A.CLOSE): S.CLOSED,
}

IN_HAND = frozenset({S.ISSUED, S.ACTIVE, S.BLOCKED})
WAITING = frozenset({S.REQUESTED, S.READY})
USABLE = frozenset({S.ISSUED, S.ACTIVE})
# A card that is out of its holder's hands must not be usable while the replacement is on its way.
BLOCKED_UNTIL_REPLACED = frozenset({"lost", "stolen", "fraud"})


class IllegalMove(ValueError):
    """The card's state does not allow the action."""

    def __init__(self, state: CardState, action: Action) -> None:
        """Keep what was tried."""
        super().__init__(f"{action} is not allowed while the card is {state}")
        self.state = state
        self.action = action


def allowed(state: CardState) -> frozenset[Action]:
    """The actions a state allows."""
    return frozenset(action for start, action in TRANSITIONS if start == state)


def after(state: CardState, action: Action, state_before_block: CardState | None = None) -> CardState:
    """The state an action leads to. Raises IllegalMove."""
    target = TRANSITIONS.get((state, action))
    if target is None:
        raise IllegalMove(state, action)
    return state_before_block or target if action is Action.UNBLOCK else target


def usable_state(state: CardState, state_before_block: CardState | None) -> CardState:
    """What a replacement becomes when handed over: as far as the old card had come, blocked or not."""
    reached = state_before_block if state is CardState.BLOCKED else state
    return CardState.ACTIVE if reached is CardState.ACTIVE else CardState.ISSUED
