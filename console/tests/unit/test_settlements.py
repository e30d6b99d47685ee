"""Settlements are asked for by an address, and shown of what the services really answer with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.governorates import GOVERNORATES
from chassis.ids import new_id
from payment_service.ledger.schemas import LedgerProof, LedgerTotals, TotalOfKind
from staff_console.pages import render
from staff_console.services.parts import Part
from staff_console.settlements.wanted import read
from supply_service.settlements.schemas import ComponentReply, PotProof, RateTotal, Settlement, SettlementTotals

from . import frame

NOW, TODAY = datetime(2026, 12, 1, 9, tzinfo=UTC), date(2026, 12, 1)
OUTLET = "01a22ee6-df04-7309-9e0d-8eff409e2372"
FRAME = frame.FRAME | {"governorates": GOVERNORATES, "back": "/console"}


def test_an_address_says_which_settlements() -> None:
    asked = read({"day": "١/١١/٢٠٢٦", "governorate": "03", "outlet_id": OUTLET.upper()}, TODAY)
    assert asked.asked == {"day": "2026-11-01", "governorate": "03", "outlet_id": OUTLET}
    assert read({}, TODAY).asked == {"day": "2026-12-01"}
    assert read({"governorate": "99"}, TODAY).asked == {"day": "2026-12-01"}
    assert read(dict(pair.split("=") for pair in asked.query.split("&")), TODAY).asked == asked.asked


@pytest.mark.parametrize(
    ("given", "wrong"),
    [({"day": "31/2/2026"}, {"day": "day_unclear"}), ({"outlet_id": "x"}, {"outlet_id": "outlet_unclear"})],
)
def test_what_has_no_meaning_is_named(given: dict[str, str], wrong: dict[str, str]) -> None:
    assert read(given, TODAY).wrong == wrong


def settlement() -> dict[str, Any]:
    part = ComponentReply(
        kind="bread", sold_on=TODAY, quantity=1200, rate="10.53", amount=12636, legal_reference="x", claimed=True
    )
    return Settlement(
        settlement_id=new_id(), outlet_id=new_id(), outlet_name_ar="مخبز النور", outlet_name_en="Al Nour",
        governorate="03", business_day=TODAY, state="calculated", amount=12636, reason=None, calculated_at=NOW,
        components=[part], levies=[],
    ).model_dump(mode="json")  # fmt: skip


def totals() -> dict[str, Any]:
    rate = RateTotal(kind="bread", rate="10.53", legal_reference="x", outlets=2, quantity=1200, amount=12636)
    return SettlementTotals(
        day=TODAY, calculated=1, waiting=1, due=12636, owed=0, amount=12636, rates=[rate]
    ).model_dump(mode="json")


def shown(template: str, **facts: Any) -> str:
    return render(template, "ar", **{**FRAME, "wanted": read({}, TODAY), "totals": totals(), **facts})


def test_the_list_has_its_sum_and_goes_on_paper() -> None:
    page = shown("settlements", told={"items": [settlement()], "next": "n"}, pages=frame.at("/?day=2026-12-01"))
    for said in ("مخبز النور", "126.36", "تسويتان", "1,200", "بقرار نزاع", "بورسعيد", "day=2026-12-01&amp;after=n"):
        assert said in page
    assert "لا توجد أيام مقفلة" in shown("settlements", told={"items": [], "next": None})
    paper = shown("settlements_paper", items=[settlement()])
    assert "مخبز النور" in paper
    assert "القائمة أطول مما يُطبع هنا" in paper  # one of two
    wrong = shown("settlements", wanted=read({"day": "x"}, TODAY), told=None, totals=None)
    assert "<title>خطأ: " in wrong


def test_a_day_of_the_books_is_shown_and_counted_anew_only_when_asked() -> None:
    posted = LedgerTotals(day=TODAY, totals=[TotalOfKind(kind="payout", to_kind="wallet", transfers=3, amount=300)])
    proof = LedgerProof(
        accounts=1, transfers=3, sum_of_balances=0, sum_of_entries=0, balances_off=0, holds_off=0, overdrawn=0,
        sound=True,
    )  # fmt: skip
    pots = PotProof(period=TODAY, pots=5, used_loaves=1, used_flour=0, used_piastres=1, unproved=2, sound=False)
    parts = {
        "settled": Part("there", NOW, totals()),
        "posted": Part("there", NOW, posted.model_dump(mode="json")),
    }  # fmt: skip
    page = shown("reconciliation", parts=parts)
    assert "صرف معاش أو دعم" in page
    assert "proved=true" in page
    counted = {"ledger": proof, "pots": pots}
    parts |= {name: Part("there", NOW, one.model_dump(mode="json")) for name, one in counted.items()}
    page = shown("reconciliation", parts=parts)
    assert "proved=true" not in page
    assert "متطابقة." in page
    assert "غير متطابقة" in page
