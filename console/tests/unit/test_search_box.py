"""What is typed into the search box is told apart by its form; what a view keeps names nobody."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from staff_console.pages import MENU
from staff_console.search import forms
from staff_console.views.queries import filter_of
from staff_console.web.visit import LISTS

ID = "01a22edb-576b-708d-a49b-86adb42125c8"


@pytest.mark.parametrize("typed", [ID, ID.upper(), f" {ID} ", ID.replace("-", "")])
def test_an_id_is_known_by_its_form(typed: str) -> None:
    assert forms.identifier(typed) == UUID(ID)


@pytest.mark.parametrize("typed", ["", "29001010301234", "4263000000000001", "01001234567", "محمد", ID[:-1]])
def test_what_finds_a_citizen_is_no_id_and_no_slip(typed: str) -> None:
    assert forms.identifier(typed) is None
    assert forms.slip(typed) is None


@pytest.mark.parametrize("digits", ["2026120314", "٢٠٢٦١٢٠٣١٤", "2026 1203 14"])
def test_a_slip_names_day_hour_and_card_under_either_keyboard(digits: str) -> None:
    found = forms.slip(f"{digits}{UUID(ID).int % 10**10:010d}")
    assert found is not None
    assert (found.day, found.hour) == (date(2026, 12, 3), 14)
    assert found.is_of(ID)
    assert not found.is_of(ID.replace("c8", "c9"))


def test_digits_that_are_no_day_are_no_slip() -> None:
    assert forms.slip("20261303140000000001") is None


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("state=done&lang=en&after=" + ID, "state=done"),
        ("governorate=03&state=blocked", "governorate=03&state=blocked"),
        (f"site={ID}", f"site={ID}"),
        ("name=%D9%85%D8%AD%D9%85%D8%AF", ""),
        ("q=29001010301234", ""),
        ("q=%2B201001234567", ""),
        ("lang=ar", ""),
        ("state=", ""),
    ],
)
def test_a_view_keeps_filters_and_nobodys_data(query: str, kept: str) -> None:
    assert filter_of(query) == kept


def test_every_desk_of_the_menu_may_keep_views() -> None:
    assert {entry.path for entry in MENU} == LISTS
