"""The digits of a bread code: those it is found by, and those that only its holder knows. Pure."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from chassis.ids import random_digits
from chassis.text import normalise_digits

LOCATOR: Final = 6
SECRET: Final = 4
_BETWEEN = re.compile(r"[\s-]+")
_WHOLE = re.compile(rf"([0-9]{{{LOCATOR}}})([0-9]{{{SECRET}}})")


class Digits(NamedTuple):
    """Both parts of a code."""

    locator: str
    secret: str

    @property
    def written(self) -> str:
        """As it is told and typed: `482913 0571`."""
        return f"{self.locator} {self.secret}"


def made() -> Digits:
    """A code nobody can guess."""
    return Digits(random_digits(LOCATOR), random_digits(SECRET))


def read(typed: str) -> Digits | None:
    """What was typed, with Arabic digits, blanks or dashes as well; None where it is no code."""
    found = _WHOLE.fullmatch(_BETWEEN.sub("", normalise_digits(typed)))
    return Digits(*found.groups()) if found else None
