"""Dates, hours, counts and money as people read them, in Arabic and English. Pure.

The words themselves are in `data/words.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from chassis import plurals
from chassis.clock import CAIRO
from contracts.supply import Remaining

Language = Literal["ar", "en"]
_PIASTRES = 100
_FROM_SATURDAY = (6, 7, 1, 2, 3, 4, 5)


class Counted(BaseModel):
    """A noun after a number; Arabic has the plural where the last two digits are three to ten, else the singular."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one: str
    few: str
    many: str

    def after(self, number: int) -> str:
        """The number with its noun."""
        if plurals.arabic(number) == "few":
            return f"{number} {self.few}"
        return f"{number} {self.one if number == 1 else self.many}"


class Vocabulary(BaseModel):
    """The words of one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekdays: list[str] = Field(min_length=7, max_length=7)  # Monday first
    months: list[str] = Field(min_length=12, max_length=12)
    morning: str
    afternoon: str
    currency: str
    kilogram: str
    loaves: Counted
    programmes: dict[str, str]
    grant: str  # of any name
    services: dict[str, str]
    wallet: str
    payouts: dict[str, str]  # by programme
    payout: str  # of any other programme
    requests: dict[str, str]  # for a change of the register, by kind
    request: str  # of any other kind
    complaints: dict[str, str]  # by state
    card_states: dict[str, str]
    card_state: str  # any other
    entitlements: dict[str, str]  # what a member is entitled to, by programme
    separator: str
    nothing: str

    def day(self, instant: datetime) -> str:
        """Weekday, day and month in Cairo: `الأحد 5 أبريل`."""
        return self.date(instant.astimezone(CAIRO).date())

    def date(self, day: date) -> str:
        """Weekday, day and month: `الأحد 5 أبريل`."""
        return f"{self.weekdays[day.weekday()]} {day.day} {self.months[day.month - 1]}"

    def month(self, month: str) -> str:
        """A month written `2026-12`: `ديسمبر 2026`."""
        year, number = month.split("-")
        return f"{self.months[int(number) - 1]} {year}"

    def hour(self, instant: datetime) -> str:
        """The hour in Cairo on the twelve-hour clock: `10 ص`, `1:30 م`."""
        return self.clock(instant.astimezone(CAIRO).time())

    def clock(self, local: time) -> str:
        """A time on the twelve-hour clock."""
        minutes = f":{local.minute:02}" if local.minute else ""
        return f"{(local.hour - 1) % 12 + 1}{minutes} {self.morning if local.hour < 12 else self.afternoon}"

    def week(self, hours: Iterable[tuple[int, str, str]]) -> str:
        """Opening hours by ISO weekday, days that are alike together, from Saturday on: `السبت-الخميس 8 ص-2 م`."""
        days = {weekday: (opens, closes) for weekday, opens, closes in hours}
        runs: list[tuple[int, int, tuple[str, str]]] = []
        for place, weekday in enumerate(_FROM_SATURDAY):
            if weekday not in days:
                continue
            if runs and runs[-1][1] == place - 1 and runs[-1][2] == days[weekday]:
                runs[-1] = (runs[-1][0], place, days[weekday])
            else:
                runs.append((place, place, days[weekday]))
        return self.listed([self._run(*run) for run in runs])

    def _run(self, first: int, last: int, hours: tuple[str, str]) -> str:
        named = [self.weekdays[_FROM_SATURDAY[place] - 1] for place in dict.fromkeys((first, last))]
        return f"{'-'.join(named)} {'-'.join(self.clock(time.fromisoformat(one)) for one in hours)}"

    def money(self, piastres: int) -> str:
        """An amount in pounds; piastres only where there are any."""
        pounds, rest = divmod(abs(piastres), _PIASTRES)
        sign = "-" if piastres < 0 else ""
        return f"{sign}{pounds}{f'.{rest:02}' if rest else ''} {self.currency}"

    def kilograms(self, count: int) -> str:
        """A weight: `40 كجم`."""
        return f"{count} {self.kilogram}"

    def pots(self, remaining: list[Remaining], flour: int | None = None) -> str:
        """What is left in each pot: `خبز 135 رغيف، سلع 150 جنيه`; in a month of flour its kilograms for the bread."""
        said = [
            f"{self.programme(pot.programme)} "
            + (self.loaves.after(pot.remaining) if pot.unit == "loaf" else self.money(pot.remaining))
            for pot in remaining
            if flour is None or pot.programme != "bread"
        ]
        if flour is not None:
            said.insert(0, f"{self.programmes['flour']} {self.kilograms(flour)}")
        return self.listed(said)

    def programme(self, code: str) -> str:
        """What a pot is for; grants have many names and one word."""
        return self.grant if code.startswith("grant_") else self.programmes.get(code, code)

    def listed(self, words: list[str]) -> str:
        """Several words as a list, or the word for none."""
        return self.separator.join(words) if words else self.nothing


@lru_cache
def vocabulary(language: Language) -> Vocabulary:
    """The words of a language."""
    raw = (resources.files("notify_service") / "data" / "words.yaml").read_text("utf-8")
    return Vocabulary.model_validate(yaml.safe_load(raw)[language])
