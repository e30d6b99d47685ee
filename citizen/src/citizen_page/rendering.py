"""Templates with words of both languages, dates, money and numbers as Egyptians write them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from chassis import plurals
from chassis.clock import CAIRO
from chassis.governorates import GOVERNORATES
from citizen_page import PATH
from citizen_page.texts import MONTHS, TEXTS, WEEKDAYS

Language = Literal["ar", "en"]
HERE: Final = Path(__file__).parent
STYLE: Final = HERE / "static" / "citizen.css"


class Rendering:
    """The pages' templates."""

    def __init__(self, *, training: bool = False) -> None:
        """`training`: every page says that nothing is real."""
        self.style = STYLE.read_bytes()
        self.style_name = f"citizen.{hashlib.sha256(self.style).hexdigest()[:12]}.css"
        self._training = training
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def page(self, template: str, language: Language, **given: object) -> str:
        """A page as HTML."""
        speech = Speech(language)
        usual = {"signed_in": False, "errors": {}, "values": {}, "title": ""}
        common = {
            "speech": speech,
            "t": speech.text,
            "language": language,
            "here": PATH,
            "training": self._training,
            "style": f"{PATH}/static/{self.style_name}",
        }
        return self._templates.get_template(template).render({**usual, **given, **common})


class Speech:
    """How one language says things."""

    def __init__(self, language: Language) -> None:
        """`language`: ar or en."""
        self.language = language
        self._of = 0 if language == "ar" else 1

    def text(self, name: str, /, **facts: object) -> Markup:
        """A text by its name; facts are put in isolated and escaped."""
        words = TEXTS[name][self._of]
        return Markup(words).format(**facts)  # noqa: S704 - our own words; facts are escaped

    def known(self, prefix: str, name: str) -> Markup:
        """The word for a value of another service; the value itself where it is new."""
        full = f"{prefix}_{name}"
        return self.text(full) if full in TEXTS else escape(name)

    def pick(self, arabic: str, english: str) -> str:
        """The one of two names that is of this language; Arabic where there is no other."""
        return arabic if self._of == 0 or not english else english

    def url(self, path: str, **query: str) -> str:
        """An address of these pages that keeps the language."""
        asked = {**query, **({"lang": "en"} if self._of else {})}
        return f"{PATH}{path}" + (f"?{urlencode(asked)}" if asked else "")

    def ltr(self, value: object) -> Markup:
        """What is read from left to right whatever stands around it: numbers, codes."""
        return Markup('<bdi dir="ltr">{}</bdi>').format(value)

    def number(self, value: int) -> Markup:
        """A whole number with its thousands apart."""
        return self.ltr(f"{value:,}")

    def money(self, piastres: int) -> Markup:
        """An amount in pounds."""
        return Markup("{} {}").format(self.ltr(f"{piastres / 100:,.2f}"), self.text("pound"))

    def count(self, noun: str, number: int) -> Markup:
        """A number of things in the form that it takes: `3 أرغفة`, `1 loaf`."""
        form = plurals.arabic(number) if self._of == 0 else ("one" if number == 1 else "other")
        name = f"{noun}_{form}" if f"{noun}_{form}" in TEXTS else f"{noun}_other"
        return self.text(name, n=self.number(number))

    def day(self, value: date) -> Markup:
        """A day with its weekday and year."""
        weekday, month = WEEKDAYS[value.isoweekday()][self._of], MONTHS[value.month][self._of]
        comma = "، " if self._of == 0 else ", "
        return Markup('<time datetime="{}">{}{}{} {} {}</time>').format(
            value.isoformat(), weekday, comma, value.day, month, value.year
        )

    def clock(self, value: str) -> Markup:
        """The hour on the wall: `2:05 م`."""
        hour, minute = (int(part) for part in value.split(":")[:2])
        half = self.text("am" if hour < 12 else "pm")
        return Markup("{}&nbsp;{}").format(self.ltr(f"{hour % 12 or 12}:{minute:02d}"), half)

    def moment(self, value: datetime) -> Markup:
        """A day and an hour in Cairo."""
        there = value.astimezone(CAIRO)
        return Markup("{} {} {}").format(self.day(there.date()), self.text("at"), self.clock(f"{there:%H:%M}"))

    def date_of(self, value: datetime) -> Markup:
        """The day in Cairo of an instant."""
        return self.day(value.astimezone(CAIRO).date())

    def hour(self, value: datetime) -> Markup:
        """The hour in Cairo of an instant."""
        return self.clock(f"{value.astimezone(CAIRO):%H:%M}")

    def listed(self, items: Iterable[str]) -> Markup:
        """Several things one after the other."""
        return self.text("comma").join(items)

    def weekday(self, number: int) -> str:
        """The name of an ISO weekday."""
        return WEEKDAYS[number][self._of]

    def governorate(self, code: str) -> str:
        """A governorate by its code."""
        english, arabic = GOVERNORATES.get(code, (code, code))
        return self.pick(arabic, english)


def form_values(form: Mapping[str, str], *names: str) -> dict[str, str]:
    """What was typed, to be shown again."""
    return {name: form.get(name, "") for name in names}
