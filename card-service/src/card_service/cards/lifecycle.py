"""The life of a card: which action leads from which state to which. The table of moves decides it, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from card_service.cards.moves import MOVES, Action, By, CardState, Move

__all__ = ["Action", "CardState"]

S = CardState
_TABLE: Final[Mapping[tuple[CardState, Action], Move]] = MappingProxyType({(m.state, m.action): m for m in MOVES})
TRANSITIONS: Final[Mapping[tuple[CardState, Action], CardState]] = MappingProxyType(
    {pair: move.next for pair, move in _TABLE.items()}
)

IN_HAND: Final = frozenset({S.ISSUED, S.ACTIVE, S.BLOCKED})
WAITING: Final = frozenset({S.REQUESTED, S.APPROVED, S.IN_PRODUCTION, S.PRODUCED, S.IN_STOCK})
ENDED: Final = frozenset({S.REPLACED, S.CLOSED, S.EXPIRED})
EXPIRES: Final = frozenset(state for state, action in TRANSITIONS if action is Action.EXPIRE)
USABLE: Final = frozenset({S.ISSUED, S.ACTIVE})
# A card that is out of its holder's hands must not be usable while the replacement is on its way.
BLOCKED_UNTIL_REPLACED: Final = frozenset({"lost", "stolen", "fraud"})
_ENDS_A_BLOCK: Final = frozenset({Action.UNBLOCK, Action.REPORT_FOUND, Action.LAPSE})


class IllegalMove(ValueError):
    """The card's state does not allow the action."""

    def __init__(self, state: CardState, action: Action) -> None:
        """Keep what was tried."""
        super().__init__(f"{action} is not allowed while the card is {state}")
        self.state = state
        self.action = action


def allowed(state: CardState) -> frozenset[Action]:
    """The actions a state allows, whoever may do them."""
    return frozenset(action for start, action in TRANSITIONS if start is state)


def offered(state: CardState, scopes: Iterable[str], *, office: bool) -> list[Action]:
    """What somebody with these scopes can call for a card of the state; `office`: a person, or an office's system."""
    held = frozenset(scopes)
    return sorted(
        move.action
        for move in MOVES
        if move.state is state and move.by is By.REQUEST and move.scopes & held and (office or not move.offices_only)
    )


def after(state: CardState, action: Action, state_before_block: CardState | None = None) -> CardState:
    """The state an action leads to. Raises IllegalMove."""
    target = TRANSITIONS.get((state, action))
    if target is None:
        raise IllegalMove(state, action)
    return state_before_block or target if action in _ENDS_A_BLOCK else target


def usable_state(state: CardState, state_before_block: CardState | None) -> CardState:
    """What a replacement becomes when handed over: as far as the old card had come, blocked or not."""
    reached = state_before_block if state is CardState.BLOCKED else state
    return CardState.ACTIVE if reached is CardState.ACTIVE else CardState.ISSUED


def among(states: Iterable[CardState]) -> str:
    """States as a list of SQL; what the version before this one writes for cards in stock is among them with those."""
    words = {state.value for state in states}
    return f"({', '.join(repr(word) for word in sorted(words | ({'ready'} if 'in_stock' in words else set())))})"


# Whoever's cards have all been closed or replaced is given one; an expired card is replaced at an office.
_GIVE_WAY: Final = frozenset({S.CLOSED, S.REPLACED})


def without_card(citizen_id: str) -> str:
    """The condition in SQL that a citizen, by the column given, has no card and may be given one."""
    return f"NOT EXISTS (SELECT FROM card k WHERE k.citizen_id = {citizen_id} AND k.state NOT IN {among(_GIVE_WAY)})"
