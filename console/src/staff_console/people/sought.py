"""What somebody typed into the search box: told apart by its form, whichever digits and blanks it is typed with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from chassis import mobiles
from chassis.text import normalise_digits

Kind = Literal["national_id", "card_number", "mobile", "name"]
_KINDS: Final[dict[str, Kind]] = {kind: kind for kind in get_args(Kind)}
_NATIONAL_ID: Final = 14
_CARD: Final = 16
_NOISE: Final = re.compile(r"[\s\-\u2010-\u2015\u2212./]+")
_LETTER: Final = re.compile(r"[^\W\d_]")
_SHORTEST_NAME: Final = 2


@dataclass(frozen=True)
class Sought:
    """What is looked for, and by which of a citizen's marks."""

    kind: Kind
    value: str


@dataclass
class Unclear(Exception):
    """It has no form that is known; `text` names the words that say what would."""

    text: str


def kept(members: dict[str, str]) -> Sought:
    """What was kept of a search. Raises KeyError for what is of another kind."""
    return Sought(_KINDS[members["kind"]], members["value"])


def read(typed: str) -> Sought:
    """What was typed. Raises Unclear."""
    text = normalise_digits(typed)
    if not text:
        raise Unclear("sought_missing")
    if _LETTER.search(text):
        if len(text) < _SHORTEST_NAME:
            raise Unclear("sought_unclear")
        return Sought("name", text)
    digits = _NOISE.sub("", text)
    mobile = mobiles.normalise(digits)
    if mobile is not None:
        return Sought("mobile", mobile)
    if not digits.isdigit():
        raise Unclear("sought_unclear")
    if len(digits) == _NATIONAL_ID:
        return Sought("national_id", digits)
    if len(digits) == _CARD:
        return Sought("card_number", digits)
    raise Unclear("sought_digits")
