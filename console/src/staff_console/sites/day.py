"""A site's day as the page shows it: numbers by hour and state, each with the list it opens. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from staff_console.documents import Document
from staff_console.pages.numbers import Number

# As desks think of them: who is still to come, who has come, who has not, whose hour was called off.
STATES: Final = ("scheduled", "kept", "missed", "cancelled")
MOVED: Final = ("received", "issued", "spoiled", "returned", "ended")
LIES: Final = ("here", "on_the_way", "of_trials")


@dataclass(frozen=True)
class Hour:
    """An hour of a day (None: the whole day), with the number of each state and of all."""

    starts_at: str | None
    numbers: Sequence[Number]


def place_of(site_id: object, what: str = "", **query: str) -> str:
    """The address of a page of a site; a part of the query that is empty is left out."""
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"/console/today/{site_id}" + (f"/{what}" if what else "") + (f"?{asked}" if asked else "")


def hours_of(site_id: object, day: str, counts: Sequence[Document]) -> list[Hour]:
    """The hours of a day that anybody has an appointment in, and at last the whole day."""
    starts = sorted({str(one["starts_at"]) for one in counts})
    return [_hour(site_id, day, counts, start) for start in starts] + [_hour(site_id, day, counts, None)]


def _hour(site_id: object, day: str, counts: Sequence[Document], start: str | None) -> Hour:
    found = [one for one in counts if start in {None, one["starts_at"]}]
    numbers = []
    for state in (*STATES, ""):
        number = sum(int(one["number"]) for one in found if state in {"", one["state"]})
        place = place_of(site_id, "appointments", day=day, hour=start or "", state=state)
        numbers.append(Number(number, place))
    return Hour(start, numbers)


def stock_of(site_id: object, stock: Document, day_before: str) -> dict[str, Number]:
    """The numbers of a day's stock: what lay there, what came, what went, what lies there now."""
    day = str(stock["day"])
    found = {"opening": Number(stock["opening"], place_of(site_id, "cards", part="here", day=day_before))}
    for part in MOVED:
        found[part] = Number(stock[part], place_of(site_id, "cards", part=part, day=day))
    for part, number in zip(LIES, ("closing", "on_the_way", "of_trials"), strict=True):
        found[number] = Number(stock[number], place_of(site_id, "cards", part=part, day=day))
    return found
