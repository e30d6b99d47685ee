"""Which records are wanted: read from an address, in either kind of digits, and written back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from chassis.clock import day_begins
from staff_console.services.client import NAMES, Name
from staff_console.web.days import day_of

# Somebody's id, a system's, a terminal's or a session's: what has the digits of a number of theirs is none.
_WHO: Final = re.compile(r"(?!.*\d{9})[A-Za-z0-9:._~-]{1,128}")
_CASE: Final = re.compile(r"[\w./-]{1,64}")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """Records: `typed` stands in the form, `asked` is what a service takes, `wrong` by field what would be right."""

    service: Name
    typed: Mapping[str, str]
    asked: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The address's query: nothing in it but what is asked for."""
        return urlencode({"service": self.service} | {name: said for name, said in self.typed.items() if said})

    def of(self, service: Name) -> str:
        """The same of another service, as a query."""
        return urlencode({"service": service} | {name: said for name, said in self.typed.items() if said})


def read(given: Mapping[str, str]) -> Wanted:
    """What an address asks for; whatever has no meaning is left out and named."""
    service = next((name for name in NAMES if name == given.get("service")), NAMES[0])
    typed = {name: given.get(name, "").strip() for name in _READERS}
    asked: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, (reader, text) in _READERS.items():
        try:
            if typed[name]:
                asked[name] = reader(typed[name])
        except ValueError:
            wrong[name] = text
    if asked.get("since", "") >= asked.get("until", "9"):
        wrong["until"] = "days_turned"
    return Wanted(service, typed, asked, wrong)


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def reader(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return text

    return reader


def _who(text: str) -> str:
    """Somebody, a system, a terminal or a session, as records name them."""
    try:
        UUID(text.removeprefix("person:"))
    except ValueError:
        return _matching(_WHO)(text)
    return text


_READERS: Final[Mapping[str, tuple[Callable[[str], str], str]]] = MappingProxyType(
    {
        "who": (_who, "audit_who_unclear"),
        "citizen_id": (lambda text: str(UUID(text)), "audit_citizen_unclear"),
        "case_number": (_matching(_CASE), "audit_case_unclear"),
        "since": (lambda text: day_begins(day_of(text)).isoformat(), "day_unclear"),
        "until": (lambda text: day_begins(day_of(text) + _DAY).isoformat(), "day_unclear"),
    }
)
