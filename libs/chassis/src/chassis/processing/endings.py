"""Ends of data: when rows are past the time of their retention class, and what keeps them beyond it.

Rows of whoever's processing is restricted are kept: the view `held_back` names these citizens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chassis.personal import Whose

RESTRICTIONS_END = "DELETE FROM restriction"
HOLDS_END = "DELETE FROM legal_hold"


class Stays(StrEnum):
    """Why rows do not end by their age, in `english` for the register of processing."""

    english: str

    def __new__(cls, value: str, english: str = "") -> Stays:
        """A member: its name, and its words."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.english = english
        return member

    LEDGER = "ledger", "a balance is the sum of all its postings: an end of some needs a balance carried forward"
    ARREARS = "arrears", "what is owed is reckoned from the months paid since the beginning"
    PASSING = "passing", "a job of its own ends it some days after it is over"
    WITH_ANOTHER = "with_another", "it ends with what it belongs to"
    RECEIPT = "receipt", "it is the citizen's proof of what was erased, and names nothing of it"
    REGISTERED = "registered", "it says what holds of somebody who is registered, or why it does"


@dataclass(frozen=True)
class Ending:
    """How rows of a table end. `past`: the SQL condition on a row `t` with `{before}` for the instant that is too old.

    `by`: the function of the owner that ends them, `by(before timestamptz, most integer) RETURNS bigint`: it has the
    same condition, and refuses a `before` that the law forbids.
    """

    past: str
    by: str


def kept_back(whose: Mapping[str, Whose], cards: str = "", members: str = "") -> str:
    """The SQL condition on a row `t` that is about somebody held back.

    `cards`, `members`: the tables that know whose a card is, and who belongs to a household.
    """
    if not whose:
        return "false"  # rows that name nobody
    among = {
        Whose.CITIZEN: "SELECT b.citizen_id FROM held_back b",
        Whose.CARD: f"SELECT h.card_id FROM {cards} h JOIN held_back b USING (citizen_id)",  # noqa: S608
        Whose.HOUSEHOLD: f"SELECT h.household_id FROM {members} h JOIN held_back b USING (citizen_id)",  # noqa: S608
    }
    return "(" + " OR ".join(f"t.{column} IN ({among[one]})" for column, one in whose.items()) + ")"
