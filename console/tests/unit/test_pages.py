"""Texts are whole in both languages; templates and stylesheet hold nothing that old engines or the policy refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markupsafe import Markup

import staff_console
from staff_console.pages import MENU, assets, formats
from staff_console.pages.formats import apart
from staff_console.web.pager import query_of
from staff_console.words import NOUNS, TEXTS

from .frame import at

ROOT = Path(staff_console.__file__).parent / "pages"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static").rglob("*.css"))
ARABIC = re.compile("[\u0621-\u064a]")
# What Chrome 109, Arabic letters, both directions or the policy would not bear.
IN_STYLES = re.compile(
    r"oklch\(|color-mix\(|:has\(|letter-spacing|@import|data:|"
    r"(?<![a-z-])(margin|padding|border)-(left|right|top|bottom)\b|(?<![a-z-])(left|right|top|bottom)\s*:|"
    r"text-align:\s*(left|right)|float:\s*(left|right)|(?<![a-z-])(rgb|hsl)a?\("
)
IN_TEMPLATES = re.compile(r"\sstyle=|\son[a-z]+=|hx-on|js:|javascript:|<style|<script>|hx-live|hx-boost")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_inline_style_or_script(path: Path) -> None:
    assert not IN_TEMPLATES.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_names_texts_that_are_there_and_has_none_of_its_own(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    used = set(re.findall(r"(?<![\w.])t\.(?!get\()(\w+)", source)) | set(re.findall(r't\["([\w.]+)"\]', source))
    assert used <= set(TEXTS)
    own = re.sub(r"\{[{%#].*?[}%#]\}", "", source, flags=re.DOTALL)
    assert not ARABIC.search(own.replace("،", ""))


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_the_stylesheet_serves_both_directions_and_old_engines(path: Path) -> None:
    assert not [found.group() for found in IN_STYLES.finditer(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "bad",
    [
        "margin-left: 1px", "color: oklch(1 0 0)", "a:has(b) {}", "letter-spacing: 1px", "text-align: right",
        "border-right: 0", "left: 0", "background: color-mix(in srgb, red, blue)",
    ],
)  # fmt: skip
def test_what_is_refused_in_stylesheets_is_found(bad: str) -> None:
    assert IN_STYLES.search(bad)


@pytest.mark.parametrize("bad", ['<p style="x">', '<a onclick="x">', "<script>", '<p hx-on:click="x">'])
def test_what_is_refused_in_templates_is_found(bad: str) -> None:
    assert IN_TEMPLATES.search(bad)


def test_every_text_is_in_both_languages() -> None:
    for name, (arabic, english) in TEXTS.items():
        assert arabic.strip(), name
        assert english.strip(), name
        assert ARABIC.search(arabic) or name == "other_language", name
        assert not ARABIC.search(english) or name == "other_language", name
        assert arabic.count("{}") == english.count("{}"), name


def test_every_counted_noun_has_its_six_forms() -> None:
    for noun, (arabic, english) in NOUNS.items():
        assert set(arabic) == {"zero", "one", "two", "few", "many", "other"}, noun
        assert set(english) == {"one", "other"}, noun
        assert all("{}" in arabic[form] for form in ("few", "many", "other")), noun


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "لا توجد كروت"),
        (1, "كارت واحد"),
        (2, "كارتان"),
        (3, '<bdi dir="ltr">3</bdi> كروت'),
        (11, '<bdi dir="ltr">11</bdi> كارتاً'),
        (100, '<bdi dir="ltr">100</bdi> كارت'),
        (103, '<bdi dir="ltr">103</bdi> كروت'),
        (12431, '<bdi dir="ltr">12,431</bdi> كارتاً'),
    ],
)
def test_a_noun_is_counted_as_arabic_counts(number: int, said: str) -> None:
    assert str(formats.count(number, "card", "ar", NOUNS)) == said


def test_amounts_keep_sign_and_digits_together() -> None:
    assert str(formats.money(-125075, "ar")) == ('<span class="money"><bdi dir="ltr">-1,250.75</bdi> جنيه</span>')
    assert "<bdi" in str(formats.money(5, "en"))
    assert "0.05" in str(formats.money(5, "en"))


def test_moments_are_told_by_the_clock_of_cairo() -> None:
    assert "28 نوفمبر 2026، 2:05 م" in str(formats.moment("2026-11-28T12:05:00Z", "ar"))
    assert "12:30 am" in str(formats.hour("2026-11-28T22:30:00Z", "en"))
    assert str(formats.day("1990-01-01", "ar")) == '<time datetime="1990-01-01">1 يناير 1990</time>'


def test_numbers_are_grouped_and_read_from_left_to_right() -> None:
    assert str(formats.mobile("+201001234567")) == '<bdi dir="ltr" class="ident">0100 123 4567</bdi>'
    filters = formats.filters("ar", NOUNS)
    assert "2 900101 13 0123 4" in str(filters["national_id"]("29001011301234"))
    assert "4263 0000 0000 0001" in str(filters["card_number"]("4263000000000001"))


def test_what_is_shown_is_escaped() -> None:
    assert "<b>" not in str(formats.ident("<b>"))


def test_desks_are_named_and_the_pages_files_are_small() -> None:
    for entry in MENU:
        assert {entry.text, f"{entry.text}.help"} <= set(TEXTS)
    assert len(assets()["console.css"][0]) < 40_000


@pytest.mark.parametrize("path", sorted((ROOT.parent / "words").glob("*.py")), ids=lambda path: path.name)
def test_no_text_is_named_twice(path: Path) -> None:
    """The modules make up one table: a name that stands in two would hide one of them."""
    names = re.findall(r'^    "([\w.]+)": \(', path.read_text(encoding="utf-8"), re.MULTILINE)
    others = [
        name
        for other in path.parent.glob("*.py")
        if other != path and other.name != "nouns.py"
        for name in re.findall(r'^    "([\w.]+)": \(', other.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert path.name == "nouns.py" or not [name for name in names if names.count(name) > 1 or name in others]


def test_the_pages_of_a_list_keep_its_conditions_and_not_the_language() -> None:
    pages = at("/console/people?state=open&name=%D9%85%D9%86%D9%89&lang=en&after=7")
    assert (pages.later, pages.first) == (True, "/console/people?state=open&name=%D9%85%D9%86%D9%89")
    assert pages.behind(9) == f"{pages.first}&after=9"
    first = at("/console/people")
    assert (first.later, first.first, first.behind("x y")) == (False, "/console/people", "/console/people?after=x+y")
    assert query_of({"state": "open"}, 50, None) == query_of({"state": "open"}, 50, 0) == {"state": "open", "limit": 50}
    assert query_of({}, 50, "c") == {"limit": 50, "after": "c"}


def test_what_is_read_from_left_to_right_is_set_apart() -> None:
    assert apart("ملف CSV أو NDJSON حتى 32", "ar") == (
        'ملف <bdi dir="ltr">CSV</bdi> أو <bdi dir="ltr">NDJSON</bdi> حتى 32'
    )
    assert apart("مثل 1,250.75.", "ar") == 'مثل <bdi dir="ltr">1,250.75</bdi>.'
    assert apart("Such as 1,250.75", "en") == 'Such as <bdi dir="ltr">1,250.75</bdi>'
    assert (
        apart("a <b> & c", "ar") == '<bdi dir="ltr">a</bdi> &lt;<bdi dir="ltr">b</bdi>&gt; &amp; <bdi dir="ltr">c</bdi>'
    )
    assert apart(Markup("<b>x</b>"), "ar") == "<b>x</b>"
    assert apart(7, "ar") == 7
