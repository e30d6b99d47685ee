"""Every text is there in both languages, with the same facts, and every template uses texts that are there."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from citizen_page.rendering import HERE, STYLE, Rendering
from citizen_page.texts import TEXTS

TEMPLATES = sorted((HERE / "templates").glob("*.html"))
_USED = re.compile(r"""\bt\(\s*['"]([a-z0-9_]+)['"]""")
_ARABIC = re.compile("[\u0600-\u06ff]")
PLURALS = ("zero", "one", "two", "few", "many", "other")


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_whole_in_both_languages(name: str) -> None:
    arabic, english = TEXTS[name]
    assert arabic.strip()
    assert english.strip()
    assert name in {"other_language", "comma", "seen_line", "sale_line", "sale_times"} or _ARABIC.search(arabic)
    form = name.rsplit("_", 1)[-1]
    assert facts(arabic) == facts(english) or (form in PLURALS and facts(arabic) <= facts(english))
    assert not re.search(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]", arabic + english), "no marks of direction"
    assert "(s)" not in english


def test_every_noun_has_its_six_forms() -> None:
    nouns = {name.rsplit("_", 1)[0] for name in TEXTS if name.endswith("_few")}
    assert nouns
    for noun in nouns:
        assert all(f"{noun}_{form}" in TEXTS for form in PLURALS), noun


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_plain_and_uses_known_words(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert set(_USED.findall(text)) <= set(TEXTS)
    for forbidden in ("<script", "style=", "javascript:", "hx-", "placeholder", 'type="number"'):
        assert forbidden not in text, forbidden
    assert not re.search(r"\son[a-z]+\s*=", text), "no handler"
    assert not _ARABIC.search(text), "words stand in texts"


def test_the_stylesheet_is_read_by_old_engines_and_fits_arabic() -> None:
    css = STYLE.read_text(encoding="utf-8")
    for forbidden in ("letter-spacing", "oklch", "color-mix", ":has(", "var(--", "grid", "@import", "url(", "italic"):
        assert forbidden not in css, forbidden
    for logical, physical in (("text-align: start", "text-align: right"), ("float: inline-start", "float: right")):
        for line in css.splitlines():
            if logical in line and '[dir="ltr"]' not in line:
                assert line.index(physical) < line.index(logical), "the physical side comes first"


def test_numbers_amounts_and_plurals_are_said_as_egyptians_do() -> None:
    from datetime import UTC, date, datetime

    from citizen_page.rendering import Speech

    arabic, english = Speech("ar"), Speech("en")
    assert [str(arabic.count("site", n)) for n in (0, 1, 2)] == ["لا يوجد مكان", "مكان واحد", "مكانان"]
    assert [str(arabic.count("site", n)).rsplit(" ", 1)[-1] for n in (3, 11, 100, 103)] == [
        "أماكن", "مكاناً", "مكان", "أماكن",
    ]  # fmt: skip
    assert str(arabic.money(-125075)) == '<bdi dir="ltr">-1,250.75</bdi> جنيه'
    assert str(english.day(date(2026, 11, 28))) == '<time datetime="2026-11-28">Saturday, 28 November 2026</time>'
    shown = str(arabic.moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)))
    assert "2 يوليو 2026" in shown, "summer time in Cairo"
    assert '<bdi dir="ltr">1:30</bdi>&nbsp;ص' in shown, "half of the day stays with its hour"


def test_every_address_keeps_the_language() -> None:
    page = Rendering().page("papers.html", "en", title="x", other_language="/citizen/papers")
    links = re.findall(r'href="(/citizen[^"]*)"', page)
    assert all("lang=en" in link for link in links if "static" not in link and link != "/citizen/papers")
