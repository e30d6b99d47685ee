"""Which settlements are wanted: read from an address, written back into it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from chassis.governorates import GOVERNORATES
from chassis.text import normalise_digits
from staff_console.web.days import day_of


@dataclass(frozen=True)
class Wanted:
    """A day, and the governorate and outlet that were chosen; `wrong` by field the words that say what is not right."""

    day: date
    typed: str
    governorate: str = ""
    outlet_id: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> dict[str, str | int]:
        """As the service takes it."""
        chosen = {"governorate": self.governorate, "outlet_id": self.outlet_id}
        return {"day": self.day.isoformat(), **{name: value for name, value in chosen.items() if value}}

    @property
    def query(self) -> str:
        """The address's query."""
        return urlencode(self.asked)


def read(given: Mapping[str, str], usual: date) -> Wanted:
    """What an address asks for; the usual day where it names none, and where it names what is no day."""
    typed = normalise_digits(given.get("day", "").strip())
    day = None
    with suppress(ValueError):
        day = day_of(typed)
    governorate, outlet = given.get("governorate", ""), given.get("outlet_id", "").strip()
    try:
        outlet = str(UUID(outlet)) if outlet else ""
        wrong = {}
    except ValueError:
        wrong = {"outlet_id": "outlet_unclear"}
    if typed and day is None:
        wrong["day"] = "day_unclear"
    known = governorate if governorate in GOVERNORATES else ""
    return Wanted(day or usual, typed if wrong else (day or usual).isoformat(), known, outlet, wrong)
