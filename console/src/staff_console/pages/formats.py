"""How values are written on pages: money, ids, moments, counted nouns; by language, with Western digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from markupsafe import Markup, escape

from chassis.clock import CAIRO
from chassis.districts import DISTRICTS
from chassis.governorates import GOVERNORATES
from chassis.plurals import arabic
from contracts.people import PEOPLE
from contracts.scopes import Scope

_MONTHS: Final = {
    "ar": (
        "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
_HALVES: Final = {"ar": ("ص", "م"), "en": ("am", "pm")}
_NOON: Final = 12
_ENGLISH: Final = {1: "one"}
Nouns = Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]


class Words:
    """The texts of one language, by name: `t.sign_in`, or `t["sign_in"]` where the name is computed."""

    def __init__(self, texts: Mapping[str, tuple[str, str]], language: str) -> None:
        """`texts`: by name, in Arabic and English."""
        self._texts = texts
        self._index = 0 if language == "ar" else 1

    def __getattr__(self, name: str) -> str:
        """The text. Raises AttributeError for a name that no text has."""
        try:
            return self._texts[name][self._index]
        except KeyError:
            raise AttributeError(name) from None

    def __contains__(self, name: str) -> bool:
        """Whether there is such a text."""
        return name in self._texts

    def get(self, said: str) -> str:
        """The text of that name; what is none is a service's own words already."""
        both = self._texts.get(said)
        return both[self._index] if both else said

    def __getitem__(self, name: str) -> str:
        """The text, or the name itself: a word that a newer service says is shown as it comes."""
        both = self._texts.get(name)
        return both[self._index] if both else name.rpartition(".")[2].replace("_", " ")


def filters(language: str, nouns: Nouns) -> dict[str, Callable[..., object]]:
    """The filters of a language's templates."""
    return {
        "money": lambda piastres: money(piastres, language),
        "ident": ident,
        "apart": lambda value: apart(value, language),
        "percent": percent,
        "number": lambda number: ident(f"{number:,}"),
        "quoted": quoted,
        "decimals": decimals,
        "with": lambda said, *facts: Markup(said).format(*facts),  # noqa: S704 - our own words; facts are escaped
        "national_id": lambda number: ident(grouped(str(number), (1, 6, 2, 4, 1))),
        "card_number": lambda number: ident(grouped(str(number), (4, 4, 4, 4))),
        "mobile": mobile,
        "day": lambda value: day(value, language),
        "moment": lambda value: moment(value, language),
        "month": lambda value: month(value, language),
        "short_day": short_day,
        "district": lambda code: district(code, language),
        "hour": lambda value: hour(value, language),
        "governorate": lambda code: place(code, language),
        "role": lambda name: role(name, language),
        "scope": lambda name: scope(name, language),
        "count": lambda number, noun: count(number, noun, language, nouns),
    }


# What is read from left to right among words of a language: numbers with signs in both, Latin words among Arabic ones.
_NUMBERS: Final = r"[\w./]*[-+−]\d[\w.,/]*|\d[\d,]*\.\d+|\d{5,}"
_APART: Final = {
    "ar": re.compile(r"[{]?[A-Za-z](?:[A-Za-z0-9 .,:;'’/@=?!{}()+&%_–-]*[A-Za-z0-9.}])?|" + _NUMBERS),
    "en": re.compile(_NUMBERS),
}


def apart(value: object, language: str) -> object:
    """Words with what is read from left to right set apart in them; a value that is marked up already as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    parts, end = [], 0
    for found in _APART[language].finditer(value):
        parts += [escape(value[end : found.start()]), Markup('<bdi dir="ltr">{}</bdi>').format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(value[end:])])


def money(piastres: int, language: str) -> Markup:
    """An amount in pounds with both decimals: the minus and the digits stay together, whatever stands around them."""
    unit = "جنيه" if language == "ar" else "EGP"
    return Markup('<span class="money">{} {}</span>').format(decimals(piastres), unit)


def decimals(piastres: int) -> Markup:
    """An amount in pounds as people type it, without its unit."""
    pounds, rest = divmod(abs(piastres), 100)
    sign = "-" if piastres < 0 else ""
    return Markup('<bdi dir="ltr">{}{:,}.{:02}</bdi>').format(sign, pounds, rest)


def ident(value: object) -> Markup:
    """An id, number or code: read from left to right in either direction of the page."""
    return Markup('<bdi dir="ltr" class="ident">{}</bdi>').format(value)


def percent(share: float) -> Markup:
    """A change in percent with its sign, which stays with its digits."""
    return Markup('<bdi dir="ltr">{:+.1f}%</bdi>').format(share)


def quoted(words: str) -> Markup:
    """What people have written, in whichever language: its direction is its own."""
    return Markup("<bdi>{}</bdi>").format(words)


def grouped(digits: str, sizes: tuple[int, ...]) -> str:
    """Digits in groups that people read; as they are where their number is another."""
    if len(digits) != sum(sizes):
        return digits
    groups, start = [], 0
    for size in sizes:
        groups.append(digits[start : start + size])
        start += size
    return " ".join(groups)


def mobile(number: str) -> Markup:
    """An Egyptian mobile as people say it; a masked or other number as it comes."""
    local = f"0{number[3:]}" if number.startswith("+20") else number
    return ident(grouped(local, (4, 3, 4)))


def day(value: date | str, language: str) -> Markup:
    """A day: `28 نوفمبر 2026`."""
    known = _day_of(value)
    text = f"{known.day} {_MONTHS[language][known.month - 1]} {known.year}"
    return Markup('<time datetime="{}">{}</time>').format(known.isoformat(), text)


def moment(value: datetime | str, language: str) -> Markup:
    """A moment by the clock of Cairo: day and hour."""
    known = _moment_of(value)
    text = f"{known.day} {_MONTHS[language][known.month - 1]} {known.year}، {_clock(known, language)}"
    if language == "en":
        text = text.replace("،", ",")
    return Markup('<time datetime="{}">{}</time>').format(known.isoformat(), text)


def month(value: str, language: str) -> str:
    """A month as people read it: `ديسمبر 2026`, of `2026-12` or any of its days."""
    year, number = value[:7].split("-")
    return f"{_MONTHS[language][int(number) - 1]} {year}"


def short_day(value: str) -> str:
    """A day where there is little room: `5/12`."""
    known = date.fromisoformat(value)
    return f"{known.day}/{known.month}"


def district(code: str, language: str) -> str:
    """A district's name; its code where the list does not know it."""
    known = DISTRICTS.get(code)
    return _named((known.name_en, known.name_ar) if known else (code, code), language)


def _named(both: tuple[str, str], language: str) -> str:
    """English or Arabic of a name in both."""
    return both[1] if language == "ar" else both[0]


def hour(value: datetime | str, language: str) -> Markup:
    """The hour of a moment by the clock of Cairo: `2:05 م`."""
    known = _moment_of(value)
    return Markup('<time datetime="{}">{}</time>').format(known.isoformat(), _clock(known, language))


def place(code: str, language: str) -> str:
    """The governorate of an area by its code, in words; the nation's is `*`, and what is no code comes as it is."""
    if code == "*":
        return "الجمهورية" if language == "ar" else "the nation"
    names = GOVERNORATES.get(code[:2])
    return code if names is None else names[1 if language == "ar" else 0]


def role(name: str, language: str) -> str:
    """A role as people call it; one that is not known here by its own name."""
    known = PEOPLE.get(name)
    return name if known is None else known.name_ar if language == "ar" else known.name


def scope(name: str, language: str) -> str:
    """What a scope allows, as a sentence; one that is not known here by its own name."""
    try:
        known = Scope(name)
    except ValueError:
        return name
    return known.description_ar if language == "ar" else known.description


def count(number: int, noun: str, language: str, nouns: Nouns) -> Markup:
    """A counted noun: in Arabic one of six forms, `{}` stands for the number."""
    forms = nouns[noun][0 if language == "ar" else 1]
    form = arabic(number) if language == "ar" else _ENGLISH.get(abs(number), "other")
    digits = Markup('<bdi dir="ltr">{:,}</bdi>').format(number)
    before, number_here, after = forms[form].partition("{}")
    return escape(before) + (digits if number_here else "") + escape(after)


def _clock(known: datetime, language: str) -> str:
    half = _HALVES[language][known.hour >= _NOON]
    return f"{(known.hour - 1) % _NOON + 1}:{known.minute:02} {half}"


def _day_of(value: date | str) -> date:
    if isinstance(value, datetime):
        return value.astimezone(CAIRO).date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if len(value) == len("2026-12-01") else _moment_of(value).date()


def _moment_of(value: datetime | str) -> datetime:
    known = datetime.fromisoformat(value) if isinstance(value, str) else value
    return known.astimezone(CAIRO)
