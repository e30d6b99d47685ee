"""A site's stock: a count and a consignment as forms say them, and the page of what the service really answers with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from card_service.stock.schemas import CardsToSend, CardToSend, ConsignedCard, CountIn, CountOut, OutgoingIn, StockOut
from chassis.ids import new_id
from staff_console.pages import render
from staff_console.production.cards import listed
from staff_console.sites import stock_api
from staff_console.web.visit import Form, Visit

from .frame import FRAME

CARD, OTHER, SITE = str(new_id()), str(new_id()), new_id()
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def form(**fields: str) -> Form:
    return Form(cast("Visit", SimpleNamespace()), fields)


def test_cards_are_listed_once_each() -> None:
    assert listed(f" {CARD.upper()}\r\n{OTHER} {CARD}") == [CARD, OTHER]
    assert listed("") == []
    assert listed(f"{CARD} x") is None


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"counted": "٠"}, {"counted": 0}),
        ({"counted": "12", "note": " بعد \n الظهر "}, {"counted": 12, "note": "بعد الظهر"}),
        ({"card_ids": f"{CARD}\n{OTHER}"}, {"counted": 2, "card_ids": [CARD, OTHER]}),
    ],
)
def test_a_count_is_what_the_service_takes(fields: dict[str, str], body: dict[str, Any]) -> None:
    assert stock_api._counted(form(**fields)) == (body, {})
    assert CountIn.model_validate(body)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"counted"}),
        ({"counted": "-1"}, {"counted"}),
        ({"counted": "1000001"}, {"counted"}),
        ({"counted": "²"}, {"counted"}),
        ({"counted": "1", "card_ids": "x"}, {"card_ids"}),
        ({"counted": "1", "note": "x" * 301}, {"note"}),
    ],
)
def test_a_count_that_is_unclear_names_its_field(fields: dict[str, str], wrong: set[str]) -> None:
    assert set(stock_api._counted(form(**fields))[1]) == wrong


def test_cards_are_sent_to_a_site_or_back_to_the_store() -> None:
    to = str(SITE)
    body, wrong = stock_api._outgoing(form(**{"to": to, f"cards_{to}": CARD}))
    assert (OutgoingIn.model_validate(body).to_site_id, wrong) == (SITE, {})
    body, wrong = stock_api._outgoing(form(to="", cards_=f"{CARD} {OTHER}"))
    assert (OutgoingIn.model_validate(body).to_site_id, wrong) == (None, {})
    assert stock_api._outgoing(form(to=""))[1] == {"cards_": "stock_nothing_to_send"}
    assert stock_api._outgoing(form(to="", cards_="x"))[1] == {"cards_": "card_ids_unclear"}


def stock(count: CountOut | None) -> dict[str, Any]:
    day = date(2026, 12, 1)
    return StockOut(
        site_id=SITE, day=day, opening=5, received=0, issued=1, spoiled=0, returned=0, ended=0, closing=4, on_the_way=0,
        of_trials=0, count=count,
    ).model_dump(mode="json")  # fmt: skip


def shown(**facts: Any) -> str:
    told = {"name_ar": "مكتب بريد", "name_en": "Post office"}
    rest = {"told": told, "site_id": SITE, "ways": {}, "more": False, "back": "/console/today", **facts}
    page = render("site_stock", "ar", **FRAME | rest)
    return page[page.index('<main id="content"') :]


def test_the_page_says_what_lies_here_and_what_waits_to_be_sent() -> None:
    page = shown(stock=stock(None))
    assert "لم يُجرد اليوم" in page
    assert "لا توجد كروت تنتظر الإرسال." in page
    to = new_id()
    items = [CardToSend(card_id=CARD, to_site=to, name_ar="مكتب العرب", name_en="Al-Arab", expected_on=None)]
    waiting = CardsToSend(items=items, next=None).model_dump(mode="json")["items"]
    cards = [ConsignedCard(card_id=OTHER, outcome="missing")]
    count = CountOut(
        count_id=new_id(), expected=4, counted=3, difference=-1, cards=cards, counted_at=NOW, counted_by="x", note="ظ",
    )  # fmt: skip
    page = shown(stock=stock(count), ways=stock_api._ways(waiting), errors={f"cards_{to}": "خطأ"}, given={})
    for said in ("مكتب العرب", CARD, OTHER, "نقص", "خطأ", f'name="cards_{to}"', f'href="#cards_{to}"'):
        assert said in page
    reader = shown(stock=stock(None), may=lambda *_: False)
    assert "<form" not in reader
