"""What a text to citizens must not carry: national ids, PINs, card numbers, diagnoses, or what nothing fills. Pure.

An SMS lies open on every screen it passes. The words are in `data/unsayable.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from string import Formatter
from typing import Final, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

from chassis.text import normalise_digits
from notify_service.words import normalise_words

_NATIONAL_ID: Final = 14  # digits
_NUMBER: Final = re.compile(r"[0-9](?:[ .\-]?[0-9])*")
_PIN_LENGTHS: Final = range(4, 7)  # digits
_PREFIXES: Final = re.compile(r"^[وبلفك]?(?:ال|ل)?(?=\w{3})")

FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "braces": ("The braces of a placeholder do not match.", "أقواس المتغيرات غير متطابقة."),
    "variable_unknown": ("Nothing fills this placeholder.", "لا توجد قيمة لهذا المتغير."),
    "variable_unused": ("The text does not use this variable.", "النص لا يستخدم هذا المتغير."),
    "variable_forbidden": ("No text may carry a variable of this name.", "لا يجوز استخدام متغير بهذا الاسم."),
    "national_id": ("This could be a national id.", "قد يكون هذا رقماً قومياً."),
    "long_number": ("This could be the number of a card or an account.", "قد يكون هذا رقم كارت أو حساب."),
    "pin": ("This could be a PIN.", "قد يكون هذا رقماً سرياً."),
    "diagnosis": ("This could tell of an illness.", "قد يدل هذا على مرض."),
}


class Fault(NamedTuple):
    """What is wrong with a text: a code of `FAULTS`, and the words it was found in."""

    code: str
    found: str


class _Unsayable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    variables: frozenset[str]
    pins: tuple[str, ...]
    diagnoses: tuple[str, ...]
    diagnoses_of: Mapping[str, tuple[str, ...]]


def faults(text: str, fills: Collection[str]) -> list[Fault]:
    """What is wrong with a text whose placeholders are filled from `fills`; none where all is well."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:
        return [Fault("braces", text[:60])]
    found: list[Fault] = []
    for _, name, form, conversion in pieces:
        if name is None:
            continue
        if form or conversion or name not in fills:
            found.append(Fault("variable_unknown", name[:60]))
        if name.lower() in _unsayable().variables:
            found.append(Fault("variable_forbidden", name[:60]))
    literal = " ".join(piece for piece, *_ in pieces)
    return [*dict.fromkeys([*found, *personal(literal)])]


def personal(text: str, category: str | None = None) -> list[Fault]:
    """What of a text without placeholders, or with all of them filled, looks like data on a person.

    `category`: of the complaint that the text answers, where it does; some words tell of an illness only there.
    """
    plain = normalise_digits(text)
    return [*_numbers(plain), *_pins(plain), *_diagnoses(plain, category)]


def categories() -> frozenset[str]:
    """The categories of complaints that have words of their own."""
    return frozenset(_unsayable().diagnoses_of)


def long_numbers(text: str, least: int) -> list[str]:
    """The numbers of at least so many digits in a text, in either script, together or apart."""
    found: list[str] = _NUMBER.findall(normalise_digits(text))
    return [number for number in found if _digits(number) >= least]


def _numbers(plain: str) -> Iterator[Fault]:
    for found in long_numbers(plain, _NATIONAL_ID):
        yield Fault("national_id" if _digits(found) == _NATIONAL_ID else "long_number", found[:60])


def _digits(number: str) -> int:
    return sum(map(str.isdigit, number))


def _pins(plain: str) -> Iterator[Fault]:
    words = normalise_words(plain)
    for phrase in _unsayable().pins:
        meant = normalise_words(phrase)
        for at in range(len(words) - len(meant) + 1):
            if [_bare(word) for word in words[at : at + len(meant)]] != [_bare(word) for word in meant]:
                continue
            behind = words[at + len(meant) : at + len(meant) + 3]
            yield from (Fault("pin", one) for one in behind if one.isdigit() and len(one) in _PIN_LENGTHS)


def _diagnoses(plain: str, category: str | None) -> Iterator[Fault]:
    words = [_bare(word) for word in normalise_words(plain)]
    said = f" {' '.join(words)} "
    for phrase in (*_unsayable().diagnoses, *_unsayable().diagnoses_of.get(category or "", ())):
        meant = " ".join(map(_bare, normalise_words(phrase)))
        if f" {meant} " in said:
            yield Fault("diagnosis", phrase)


def _bare(word: str) -> str:
    """A word without the article and what Arabic writes together with it."""
    return _PREFIXES.sub("", word)


@lru_cache
def _unsayable() -> _Unsayable:
    raw = (resources.files("notify_service") / "data" / "unsayable.yaml").read_text("utf-8")
    return _Unsayable.model_validate(yaml.safe_load(raw))
