"""Batches and consignments: what a form counts in, and pages of what the service really answers with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from card_service.production.judging import Fault
from card_service.production.schemas import BatchOut, BatchPage, MismatchOut, MismatchPage, ReprintIn
from card_service.stock.schemas import ConsignedCard, ConsignmentList, ConsignmentOut, ConsignmentPage, ReceiptIn
from chassis.ids import new_id
from staff_console.pages import render
from staff_console.production import api, consignments_api
from staff_console.production.consignments_api import counted
from staff_console.words import TEXTS

from .frame import FRAME

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def batch() -> BatchOut:
    return BatchOut(
        batch_id=new_id(), bureau_id=new_id(), bureau="دار الطباعة", governorate="03", cards=1200, in_production=100,
        produced=1090, spoiled=10, made_at=NOW, made_by="person:a",
    )  # fmt: skip


def consignment(cards: int = 3, **changes: Any) -> dict[str, Any]:
    items = [ConsignedCard(card_id=new_id(), outcome=changes.pop("outcome", None)) for _ in range(cards)]
    told: dict[str, Any] = {
        "consignment_id": new_id(), "governorate": "03", "from_site": None, "to_site": new_id(), "dispatched_at": NOW,
        "dispatched_by": "person:a", "received_at": None, "received_by": None, "cards": cards, "received": 0,
        "missing": 0, "damaged": 0, "surplus": 0,
    }  # fmt: skip
    return ConsignmentList(**told | changes, items=items).model_dump(mode="json")


@pytest.mark.parametrize("writes", [True, False])
def test_batches_are_listed_and_one_is_shown_with_what_did_not_fit(writes: bool) -> None:
    one = batch()
    page = BatchPage(items=[one], next=new_id()).model_dump(mode="json")
    text = render("batches", "ar", **FRAME, told=page, bureaus=[], writes=writes)
    assert f"/console/production/{one.batch_id}" in text
    assert "1,200" in text
    assert ("أرسل الدفعة" in text) is writes
    rows = [
        MismatchOut(
            number=4, return_id=new_id(), row=7, card_id=new_id(), code=Fault.SPOILED, reason="x", reason_ar="تالف"
        ),
        MismatchOut(
            number=5, return_id=new_id(), row=None, card_id=None, code=Fault.MISSING, reason="x", reason_ar="ناقص"
        ),
    ]
    misfits = MismatchPage(items=rows, next=5).model_dump(mode="json")
    shown = render("batch", "ar", **FRAME, one=one.model_dump(mode="json"), misfits=misfits, writes=writes)
    assert "/console/desk?after=5" in shown
    assert (f"/cards/{rows[0].card_id}" in shown) is writes
    assert ("نزّل ملف الدفعة" in shown) is writes
    none: dict[str, Any] = {"items": [], "next": None}
    whole = render("batch", "en", **FRAME, one=one.model_dump(mode="json"), misfits=none, writes=writes)
    assert "All that came back fits." in whole


def test_a_card_is_made_again_for_a_reason_the_service_knows() -> None:
    text = render("reprint", "ar", **FRAME, batch_id=new_id(), card_id=new_id(), reasons=api.REASONS)
    assert text.count('type="radio"') == len(api.REASONS)
    assert [ReprintIn(reason=one).reason for one in api.REASONS] == [*api.REASONS]


def test_consignments_are_listed_by_where_they_are() -> None:
    told = consignment()
    one = ConsignmentOut.model_validate({name: value for name, value in told.items() if name != "items"})
    page = ConsignmentPage(items=[one], next=None).model_dump(mode="json")
    sites = {told["to_site"]: {"name_ar": "بريد بورسعيد", "name_en": "Port Said"}}
    facts = {"told": page, "sites": sites, "ways": {"true": "on_the_way", "false": "received"}, "way": "true"}
    text = render("consignments", "ar", **FRAME, **facts, sends=True)
    for word in ("بريد بورسعيد", "مخزن المحافظة", "أرسل الشحنة", f"/console/consignments/{one.consignment_id}"):
        assert word in text
    assert "أرسل الشحنة" not in render("consignments", "ar", **FRAME, **facts, sends=False)


def test_one_on_its_way_is_counted_in_and_one_that_came_is_told() -> None:
    waiting, came = consignment(), consignment(received_at=NOW, received_by="person:b", received=2, missing=1)
    assert "سجّل الوصول" in render("consignment", "ar", **FRAME, one=waiting, sites={}, most=200)
    text = render("consignment", "ar", **FRAME, one=came, sites={}, most=2)
    assert "سجّل الوصول" not in text
    assert text.count('<th scope="row">') == 2


def test_what_came_is_the_list_without_what_did_not() -> None:
    found = consignment(4)
    whole, missing, damaged, last = [one["card_id"] for one in found["items"]]
    other = str(new_id())
    assert counted({}, found) == ({"card_ids": [whole, missing, damaged, last], "damaged": []}, {})
    fields = {"missing": f" {missing}\n", "damaged": damaged.upper(), "surplus": other}
    body, wrong = counted(fields, found)
    assert wrong == {}
    taken = ReceiptIn.model_validate(body)
    assert [str(one) for one in taken.card_ids] == [whole, last, other]
    assert [str(one) for one in taken.damaged] == [damaged]
    assert counted({"missing": "12"}, found)[1] == {"missing": "card_ids_unclear"}
    assert counted({"missing": other}, found)[1] == {"missing": "cards_not_on_list"}
    assert counted({"surplus": whole}, found)[1] == {"surplus": "cards_on_list"}
    assert counted({"missing": whole, "damaged": whole}, found)[1] == {"damaged": "cards_twice"}


@pytest.mark.parametrize(
    ("typed", "number"), [("٥٠", 50), ("20000", 20_000), ("20001", None), ("0", None), ("x", None)]
)
def test_a_number_is_read_in_either_kind_of_digits(typed: str, number: int | None) -> None:
    assert api.number_of(typed, 20_000) == number


def test_everything_that_is_named_has_its_words() -> None:
    assert {f"reprint_reason.{one}" for one in api.REASONS} <= set(TEXTS)
    assert {f"way.{one}" for one in consignments_api._WAYS.values()} <= set(TEXTS)
    assert {f"outcome.{one}" for one in ("received", "missing", "damaged", "surplus")} <= set(TEXTS)
