"""What of the register is wanted: read from an address or a form, in either kind of digits, and written back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from chassis.districts import DISTRICTS
from chassis.governorates import GOVERNORATES
from chassis.text import normalise_digits
from staff_console.web.days import day_of

PAGE_ROWS: Final = 50
CARD_STATES: Final = (
    "none", "requested", "approved", "in_production", "produced", "in_stock", "issued", "active", "blocked", "replaced",
    "closed", "expired",
)  # fmt: skip
STATUSES: Final = ("active", "ended")
SORTED: Final = ("registered", "members", "district")
USUAL: Final = "-registered"
_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]{1,400}")
_LARGEST: Final = 1000


@dataclass(frozen=True)
class Wanted:
    """A list: `asked` as the service takes it, `wrong` by field the words that say what would be right.

    `typed` is what stands in the form; `after` and `page` are the place in the list. `chosen` are the households that
    were picked in it, none where all of it is meant.
    """

    asked: Mapping[str, str]
    typed: Mapping[str, str]
    sort: str = USUAL
    after: str = ""
    page: int = 1
    wrong: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()

    @property
    def conditions(self) -> dict[str, str]:
        """What an address says beside the place in the list."""
        return dict(self.asked) | ({"sort": self.sort} if self.sort != USUAL else {})

    @property
    def governorate(self) -> str:
        """The governorate that was chosen, or none."""
        return self.asked.get("governorate", "")

    @property
    def query(self) -> str:
        """The address's query: nothing in it but what is asked for."""
        place = {"after": self.after, "page": str(self.page)} if self.after else {}
        return urlencode(self.conditions | place)

    @property
    def body(self) -> dict[str, str | int | list[str]]:
        """The conditions as the body of an order has them."""
        said: dict[str, str | int | list[str]] = dict(self.asked)
        said |= {name: int(value) for name, value in self.asked.items() if name.startswith("size")}
        return said | ({"household_ids": list(self.chosen)} if self.chosen else {})

    def first(self) -> Wanted:
        """The same from its beginning."""
        return replace(self, after="", page=1)

    def of(self, households: Iterable[str]) -> Wanted:
        """Of the same those households only. Raises ValueError for what is no id, or more than a page."""
        known = tuple(dict.fromkeys(str(UUID(one)) for one in households))
        if len(known) > PAGE_ROWS:
            raise ValueError("more than a page")
        return replace(self, chosen=known)

    def behind(self, cursor: str) -> Wanted:
        """The page behind this one."""
        return replace(self, after=cursor, page=self.page + 1)

    def by(self, name: str) -> Wanted:
        """The same in the order of a column, from its beginning; the other way round where it is in it already."""
        return replace(self.first(), sort=f"-{name}" if self.sort == name else name)


def read(given: Mapping[str, str]) -> Wanted:
    """What an address or form asks for; whatever has no meaning is left out and named."""
    asked: dict[str, str] = {}
    wrong: dict[str, str] = {}
    typed = {name: given.get(name, "").strip() for name in _READERS}
    for name, (reader, text) in _READERS.items():
        try:
            if typed[name]:
                asked[name] = reader(normalise_digits(typed[name]))
        except ValueError:
            wrong[name] = text
    if asked.get("district", "")[:2] not in {"", asked.get("governorate")}:
        del asked["district"]  # of the governorate that was chosen before
    _ends_behind(asked, wrong)
    sort = given.get("sort", "")
    after = given.get("after", "")
    page = given.get("page", "")
    known = bool(_CURSOR.fullmatch(after))
    return Wanted(
        asked=asked,
        typed=typed,
        sort=sort if sort.removeprefix("-") in SORTED else USUAL,
        after=after if known else "",
        page=max(1, int(page)) if known and page.isascii() and page.isdigit() and len(page) < 7 else 1,
        wrong=wrong,
    )


def _ends_behind(asked: Mapping[str, str], wrong: dict[str, str]) -> None:
    """An end before its beginning is named: it would find nothing and not say why."""
    if int(asked.get("size_from", 0)) > int(asked.get("size_to", _LARGEST)):
        wrong["size_to"] = "size_turned"
    if asked.get("registered_from", "") > asked.get("registered_to", "9"):
        wrong["registered_to"] = "days_turned"


def _one_of(known: Mapping[str, object] | tuple[str, ...]) -> Callable[[str], str]:
    def reader(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return reader


def _size(text: str) -> str:
    number = int(text) if text.isdigit() and len(text) < 5 else -1
    if not 0 <= number <= _LARGEST:
        raise ValueError(text)
    return str(number)


def _day(text: str) -> str:
    """A day as services take it."""
    return day_of(text).isoformat()


_READERS: Final[Mapping[str, tuple[Callable[[str], str], str]]] = MappingProxyType(
    {
        "governorate": (_one_of(GOVERNORATES), "governorate_missing"),
        "district": (_one_of(DISTRICTS), "district_unclear"),
        "status": (_one_of(STATUSES), "choice_unclear"),
        "card_state": (_one_of(CARD_STATES), "choice_unclear"),
        "site_id": (lambda text: str(UUID(text)), "choice_unclear"),
        "size_from": (_size, "size_unclear"),
        "size_to": (_size, "size_unclear"),
        "registered_from": (_day, "day_unclear"),
        "registered_to": (_day, "day_unclear"),
        "changed_from": (_day, "day_unclear"),
    }
)
