"""Ends of data: when rows are past the time of their retention class, and what keeps them beyond it.

Rows of whoever's processing is restricted are kept: the view `held_back` names these citizens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.personal import Whose

RESTRICTIONS_END = "DELETE FROM restriction"


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
    among = {
        Whose.CITIZEN: "SELECT b.citizen_id FROM held_back b",
        Whose.CARD: f"SELECT h.card_id FROM {cards} h JOIN held_back b USING (citizen_id)",  # noqa: S608
        Whose.HOUSEHOLD: f"SELECT h.household_id FROM {members} h JOIN held_back b USING (citizen_id)",  # noqa: S608
    }
    return "(" + " OR ".join(f"t.{column} IN ({among[one]})" for column, one in whose.items()) + ")"
