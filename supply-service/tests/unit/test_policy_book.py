"""Looking policies up by day and scope, and the project's own files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from policybook.book import PolicyBook, PolicyInvalid
from policybook.files import PolicyFileError
from policybook.testing import unread_keys
from supply_service import POLICIES
from supply_service.policies.catalogue import read_items
from supply_service.rules import keys
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.limits import Limit

DAY = date(2026, 11, 5)


def test_the_projects_policies_hold_on_every_day(figures: FiguresByDay) -> None:
    day = date(2023, 6, 1)
    while day < date(2027, 2, 1):
        today = figures.on(day)
        assert today.loaf_price == (5 if day < date(2024, 6, 1) else 20)
        assert today.daily_loaves(12) == 60
        day += timedelta(days=1)
    assert figures.on(DAY).allowance.total(6) == 25000
    assert figures.on(DAY).household_loaves is None
    assert figures.on(date(2024, 7, 1)).open_places["bread"] >= {("02", None), ("15", "15.03")}
    assert not figures.on(DAY).open_places["bread"]


def test_doubts_are_kept_and_not_applied(book: PolicyBook) -> None:
    for policy in book.policies:
        assert policy.legal_reference
        assert policy.source
        if policy.confidence == "unverified" and not policy.key.startswith("calendar."):  # days off, of the library
            assert policy.approved_by is None, policy.key
            assert policy.note or policy.key.startswith("eligibility"), policy.key
    limit = next(p for p in book.policies if p.key == "eligibility.income_limit")
    assert book.resolve(limit, date(2026, 2, 1), {}) == 2_800_000


@pytest.mark.parametrize(
    ("value", "first", "last", "taken"),
    [
        ("cash", "2027-01-01", None, True),
        ("restricted", "2027-01-01", "2027-06-30", True),
        ("cash", "2027-01-15", None, False),  # 3.9: refused at entry
        ("cash", "2027-01-01", "2027-06-15", False),
        ("vouchers", "2027-01-01", None, False),
    ],
)
def test_the_mode_of_support_changes_on_a_first_only(
    book: PolicyBook, value: str, first: str, last: str | None, taken: bool
) -> None:
    (row,) = (one for one in book.rows("supply.support_mode") if one.scope == {"programme": "goods"})
    until = date.fromisoformat(last) if last else None
    asked = replace(row, value=value, effective_from=date.fromisoformat(first), effective_to=until)
    assert (keys.KEYS.fault(asked, on_record=False) is None) == taken


def test_every_price_is_of_an_item(book: PolicyBook) -> None:
    items = read_items(POLICIES)
    assert all(policy.scope["item"] in items for policy in book.rows("supply.price"))


def test_every_item_of_the_price_list_is_whole(book: PolicyBook, figures: FiguresByDay) -> None:
    """The ministry's list: name, unit, and a price with its first day and source, in force; rice or pasta as one."""
    items = read_items(POLICIES)
    since = {}
    for code, item in items.items():
        assert item.unit is not None, code
        assert (item.content is None) == (code == "stock_cube"), code
        rows = [row for row in book.rows("supply.price") if row.scope == {"programme": "goods", "item": code}]
        assert all(row.source and row.legal_reference and row.approved_by for row in rows), code
        since[code] = max((row.effective_from for row in rows if row.in_force(DAY)), default=None)
    # Bread and flour have keys of their own; bottles of a litre ended when those of 800 ml took their place.
    assert {code for code, day in since.items() if day is None} == {"loaf", "ration_flour", "oil_1l"}
    listed = {code: figures.on(DAY).prices.get(("goods", code)) for code in since if since[code]}
    assert listed == {
        "sugar": 1260, "sugar_free": 2700, "rice": 1260, "oil": 3000, "oil_700ml": 2700, "oil_1500ml": 5600,
        "pasta": 1300, "pasta_400g": 650, "flour": 1800, "lentils_500g": 2100, "milk_powder_125g": 2550,
        "tea_40g": 500, "tomato_sauce_300g": 800, "salt_300g": 125, "instant_coffee_18g": 400, "stock_cube": 600,
        "tuna_140g": 1800,
    }  # fmt: skip
    either = {code: item.limit_kind for code, item in items.items() if item.limit_group == "rice_or_pasta"}
    assert either == {"rice": "rice", "pasta": "pasta", "pasta_400g": "pasta"}


def test_every_declared_key_is_read_and_has_rows(book: PolicyBook) -> None:
    assert not unread_keys(Path(keys.__file__))
    # What a depot of flour is paid was not found: its days wait until the ministry enters it.
    assert {key.name for key in keys.KEYS if not book.rows(key.name)} == {keys.FLOUR_RATE.name}


def test_an_item_stands_once(tmp_path: Path) -> None:
    (tmp_path / "catalogue.yaml").write_text("items: [" + ", ".join(["{item: a, name_ar: ا, name_en: a}"] * 2) + "]")
    with pytest.raises(PolicyFileError):
        read_items(tmp_path)
    assert len(read_items(POLICIES)) >= 15


def test_limits() -> None:
    assert Limit.of({"per_person": 1, "per_card": 4}, "k").units(3) == 3
    assert Limit.of({"per_person": 1, "per_card": 4}, "k").units(9) == 4
    assert Limit.of({"steps": [[1, 2], [4, 4]]}, "k").units(4) == 4
    for value in (1, {}, {"per_person": "many"}):
        with pytest.raises(PolicyInvalid):
            Limit.of(value, "k")  # type: ignore[arg-type]  # what a faulty file would bring


@pytest.mark.parametrize(
    ("members", "day", "pounds"),
    [(6, date(2018, 1, 1), 250), (4, date(2018, 1, 1), 200), (6, date(2026, 11, 5), 250), (6, date(2017, 6, 30), 126)],
)
def test_the_allowance_since_2017(members: int, day: date, pounds: int, book: PolicyBook) -> None:
    """6 members in 2018 had 250 pounds (misr5.com/858767)."""
    assert keys.ALLOWANCE.on(book, day).total(members) == pounds * 100


@pytest.mark.parametrize(
    ("item", "day", "piastres"),
    [
        ("oil_1l", date(2021, 11, 1), 2500),
        ("oil", date(2022, 5, 1), 2300),
        ("oil", date(2026, 11, 5), 3000),
        ("oil_700ml", date(2026, 11, 5), 2700),
        ("oil_1500ml", date(2025, 12, 1), 5600),
        ("tuna_140g", date(2026, 11, 5), 1800),
        ("sugar_free", date(2023, 12, 11), 2700),
    ],
)
def test_prices_by_bottle_and_day(item: str, day: date, piastres: int, book: PolicyBook) -> None:
    assert keys.PRICE.on(book, day, programme="goods", item=item) == piastres


@pytest.mark.parametrize(
    ("programme", "place", "day", "served"),
    [
        ("bread", ("02", "x"), date(2025, 7, 1), True),
        ("goods", ("02", "x"), date(2025, 7, 1), False),
        ("bread", ("02", "x"), date(2025, 9, 16), False),
        ("bread", ("03", "x"), date(2025, 7, 1), True),
        ("bread", ("11", "11.06"), date(2025, 6, 15), True),
        ("bread", ("11", "damietta"), date(2025, 6, 15), False),
        ("bread", ("02", "x"), date(2026, 7, 1), False),
    ],
)
def test_summer_exceptions(
    programme: str, place: tuple[str, str], day: date, served: bool, figures: FiguresByDay
) -> None:
    """3.13: a card of Giza in Alexandria and elsewhere; for the summer of 2026 nothing was found."""
    today = figures.on(day)
    assert today.local_only[programme]
    assert served == bool({(place[0], None), place} & today.open_places[programme])
