"""What of the register is wanted, as an address or form says it."""

from __future__ import annotations

from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from staff_console.registry.wanted import read


def test_an_address_says_all_of_a_list_and_is_read_back() -> None:
    given = {
        "governorate": "03", "district": "03.02", "card_state": "in_stock", "size_from": "٢",
        "registered_from": "١/١٢/٢٠٢٦", "sort": "-members", "after": "abc", "page": "3", "status": "",
    }  # fmt: skip
    wanted = read(given)
    assert not wanted.wrong
    assert wanted.asked == {
        "governorate": "03", "district": "03.02", "card_state": "in_stock", "size_from": "2",
        "registered_from": "2026-12-01",
    }  # fmt: skip
    assert wanted.body["size_from"] == 2
    again = read(dict(parse_qsl(wanted.query)))
    assert (again.asked, again.sort, again.after, again.page) == (wanted.asked, "-members", "abc", 3)


def test_what_narrows_or_sorts_begins_at_the_first_page() -> None:
    wanted = read({"after": "abc", "page": "7", "sort": "members"})
    assert wanted.by("members").query == "sort=-members"
    assert wanted.by("district").query == "sort=district"
    assert wanted.first().query == "sort=members"
    assert wanted.behind("def").query == "sort=members&after=def&page=8"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"governorate": "99"}, {"governorate": "governorate_missing"}),
        ({"size_from": "-1"}, {"size_from": "size_unclear"}),
        ({"size_from": "²"}, {"size_from": "size_unclear"}),
        ({"size_from": "5", "size_to": "2"}, {"size_to": "size_turned"}),
        ({"registered_to": "31/2/2026"}, {"registered_to": "day_unclear"}),
        ({"registered_from": "2/12/2026", "registered_to": "2026-12-01"}, {"registered_to": "days_turned"}),
        ({"changed_from": "1/1/1999"}, {"changed_from": "day_unclear"}),
        ({"card_state": "lost"}, {"card_state": "choice_unclear"}),
        ({"site_id": "x"}, {"site_id": "choice_unclear"}),
    ],
)
def test_what_has_no_meaning_is_named(given: dict[str, str], wrong: dict[str, str]) -> None:
    assert read(given).wrong == wrong


def test_a_district_of_another_governorate_is_left_out() -> None:
    assert read({"governorate": "19", "district": "03.02"}).asked == {"governorate": "19"}


def test_what_is_chosen_is_ordered_and_nothing_else() -> None:
    ids = ["01a22ee6-df04-7309-9e0d-8eff409e2372", "01A22EE6-E39A-757A-8689-243A62DDEBD6"]
    wanted = read({"size_from": "2"}).of([*ids, ids[0]])
    assert wanted.body == {"size_from": 2, "household_ids": [ids[0], ids[1].lower()]}
    assert "household" not in wanted.query
    for wrong in (["x"], [str(UUID(int=n)) for n in range(51)]):
        with pytest.raises(ValueError, match=r"badly formed|more than a page"):
            read({}).of(wrong)


def test_a_page_without_its_cursor_is_the_first() -> None:
    for given in ({"page": "3"}, {"page": "x", "after": "abc"}, {"page": "9", "after": "../"}):
        assert read(given).page == 1
