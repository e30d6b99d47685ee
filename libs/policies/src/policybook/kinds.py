"""Kinds of values: how a policy's value is read and between which bounds it must lie. Pure.

A kind is a function of the value and of the key's name; it raises PolicyInvalid in words that name the key.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from chassis.exact import Exactly
from chassis.text import INVISIBLE
from policybook.book import PolicyInvalid, Value, number

M = TypeVar("M", bound=BaseModel)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def whole(value: Value, what: str) -> int:
    """A whole number that is not negative."""
    figure = number(value, what)
    if figure != int(figure) or figure < 0:
        raise PolicyInvalid(f"{what}: a whole number is needed, not {figure}")
    return int(figure)


def positive(value: Value, what: str) -> int:
    """A whole number from 1 on."""
    figure = whole(value, what)
    if figure < 1:
        raise PolicyInvalid(f"{what}: it must be 1 or more")
    return figure


def decimal(value: Value, what: str) -> Decimal:
    """Any number; written as text where it is not whole."""
    return Decimal(number(value, what))


def share(value: Value, what: str) -> Decimal:
    """A share of one, from 0 to 1, written as text: `"0.05"`."""
    figure = number(value, what) if isinstance(value, str | Decimal) else Decimal(-1)
    if not 0 <= figure <= 1:
        raise PolicyInvalid(f"{what}: a share from 0 to 1 is needed, written as text")
    return Decimal(figure)


def truth(value: Value, what: str) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise PolicyInvalid(f"{what}: true or false is needed")
    return value


def text(value: Value, what: str) -> str:
    """A word or a line."""
    if not isinstance(value, str) or not value.translate(INVISIBLE).strip():
        raise PolicyInvalid(f"{what}: a text is needed")
    return value


def one_of(*words: str) -> Callable[[Value, str], str]:
    """The kind of one of these words."""

    def word(value: Value, what: str) -> str:
        if value not in words:
            raise PolicyInvalid(f"{what}: one of {', '.join(sorted(words))} is needed")
        return str(value)

    return word


def words(value: Value, what: str) -> frozenset[str]:
    """A list of words, in any order."""
    if not isinstance(value, list):
        raise PolicyInvalid(f"{what}: a list is needed")
    return frozenset(text(word, what) for word in value)


def numbers(value: Value, what: str) -> tuple[int, ...]:
    """A list of whole numbers, in the order written."""
    if not isinstance(value, list):
        raise PolicyInvalid(f"{what}: a list is needed")
    return tuple(whole(figure, what) for figure in value)


def mapping(model: type[M]) -> Callable[[Value, str], M]:
    """The kind of a mapping with the members of a model."""

    exactly = Exactly(TypeAdapter(model))

    def members(value: Value, what: str) -> M:
        if faults := exactly.faults(value):
            raise PolicyInvalid(f"{what}: {faults[0]['where'].removeprefix('body.')}: {faults[0]['reason']}")
        try:
            return model.model_validate(value)
        except ValidationError as error:
            first = error.errors()[0]
            raise PolicyInvalid(f"{what}: {'.'.join(map(str, first['loc']))} {first['msg']}") from error

    return members


def day(value: Value, what: str) -> date:
    """A date, written `2026-11-05`."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:  # why: the thirteenth month is no date either
        pass
    raise PolicyInvalid(f"{what}: a date is needed, written 2026-11-05")


def clock_time(value: Value, what: str) -> time:
    """A time of the day, written as text: `"03:00"`."""
    try:
        if not isinstance(value, str) or len(value) != 5:
            raise ValueError(value)
        return time.fromisoformat(value)
    except ValueError as error:
        raise PolicyInvalid(f'{what}: a time of the day is needed, as "03:00"') from error


@dataclass(frozen=True, slots=True)
class Steps:
    """A figure that changes with a count: `(1, 50), (5, 25)` is 50 from one on, 25 from five on."""

    starts: tuple[int, ...]
    figures: tuple[int, ...]

    @staticmethod
    def of(value: Value, what: str) -> Steps:
        """Read `{"steps": [[1, 50], [5, 25]]}`, or a plain number that holds for every count."""
        if not isinstance(value, dict):
            return Steps((0,), (whole(value, what),))
        steps = value.get("steps")
        if not isinstance(steps, list) or not steps:
            raise PolicyInvalid(f"{what}: steps are needed")
        pairs: list[tuple[int, int]] = []
        for step in steps:
            if not isinstance(step, list) or len(step) != 2:
                raise PolicyInvalid(f"{what}: a step is a pair [from, figure]")
            pairs.append((whole(step[0], what), whole(step[1], what)))
        if pairs != sorted(set(pairs)):
            raise PolicyInvalid(f"{what}: steps must ascend")
        return Steps(tuple(start for start, _ in pairs), tuple(figure for _, figure in pairs))

    def at(self, count: int) -> int:
        """The figure for a count; 0 below the first step."""
        index = bisect_right(self.starts, count)
        return self.figures[index - 1] if index else 0

    def total(self, count: int) -> int:
        """The figures of 1, 2, … `count` added up."""
        return sum(self.at(rank) for rank in range(1, count + 1))
