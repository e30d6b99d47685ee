"""What a maker types of a batch is read as people type it; its pages are shown of what the service really answers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from payment_service.funds.schemas import Fund, Programme
from payment_service.payouts.payout_file import PAYEES
from payment_service.payouts.reasons import ROWS
from payment_service.payouts.schemas import Double, Payout, PayoutBatch, RowFault, RowFaultAt
from staff_console.pages import render
from staff_console.payouts import declaring
from staff_console.payouts.batches import Before, booked, month_before
from staff_console.payouts.columns import column_of
from staff_console.services.parts import Part

from . import frame

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
FRAME = frame.FRAME | {"column_of": column_of}
TYPED = {
    "reference": "pension-2026-12", "programme": "pension", "month": "١٢/٢٠٢٦", "declared_count": "١٠٠٬٠٠٠",
    "declared_total": "175,500,000.50",
}  # fmt: skip


def test_a_batch_is_declared_as_people_type_it() -> None:
    assert declaring.batch_of(TYPED, {"pension"}).body == {
        "reference": "pension-2026-12", "programme": "pension", "month": "2026-12", "declared_count": 100_000,
        "declared_total": 17_550_000_050,
    }  # fmt: skip
    assert declaring.batch_of({**TYPED, "month": "", "value_date": "15/12/2026"}, {"pension"}).body["value_date"] == (
        "2026-12-15"
    )


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"reference": "معاش"}, {"reference": "reference_unclear"}),
        ({"programme": "other"}, {"programme": "programme_missing"}),
        ({"month": "13/2026"}, {"month": "month_unclear"}),
        ({"month": "", "value_date": "31/2/2026"}, {"value_date": "day_unclear"}),
        ({"value_date": "15/12/2026"}, {"value_date": "month_or_day"}),
        ({"declared_count": "0"}, {"declared_count": "count_unclear"}),
        ({"declared_total": "1.234"}, {"declared_total": "amount_unclear"}),
    ],
)
def test_what_is_not_right_is_named_at_its_field(typed: dict[str, str], wrong: dict[str, str]) -> None:
    assert declaring.batch_of({**TYPED, **typed}, {"pension"}).errors == wrong


def test_a_row_is_a_file_of_one_row() -> None:
    typed = {"item_reference": "a-1", "payee": "national_id", "number": "٢ ٩٠٠١٠١ ١٣٠١٢٣٤", "amount": "1,755"}
    assert declaring.row_of(typed)[0] == "national_id,amount,item_reference\n29001011301234,175500,a-1\n"
    for field, wrong in (("number", '1",2'), ("amount", "x"), ("item_reference", "a,b"), ("payee", "name")):
        row, said = declaring.row_of({**typed, field: wrong})
        assert (row, set(said.errors) & {field, "number"} != set()) == ("", True)


def test_a_correction_says_what_it_changes() -> None:
    assert declaring.correction_of({"amount": "1", "payee": "card_id", "number": ""}).body == {"amount": 100}
    assert declaring.correction_of({"payee": "card_number", "number": "4263 0000"}).body == {"card_number": "42630000"}
    assert declaring.correction_of({"payee": "card_id"}).errors == {"amount": "nothing_corrected"}


def test_payees_are_those_of_the_service_and_each_fault_has_its_column() -> None:
    assert set(declaring.PAYEES) == set(PAYEES)
    assert {column_of(code) for code in ROWS} == {
        "column.payee", "column.amount", "column.item_reference", "column.row",
    }  # fmt: skip
    assert column_of("row_broken") == column_of("fields_missing") == "column.row"
    assert column_of("national_id_ruined") == column_of("card_closed") == "column.payee"


def test_the_month_before_and_how_far_a_batch_is_booked() -> None:
    assert [month_before(day) for day in ("2026-12-01", "2027-01-01")] == ["2026-11", "2026-12"]
    assert booked(batch(state="approved", paid_count=1, failed_count=1)) == 66
    assert booked(batch(received_count=0)) == 0


def batch(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "batch_id": new_id(), "reference": "pension-2026-12", "programme": "pension", "fund": "pension",
        "authority": "pension-authority", "month": date(2026, 12, 1), "value_date": date(2026, 12, 10),
        "state": "open", "declared_count": 3, "declared_total": 300, "received_count": 3, "received_total": 300,
        "largest": 150, "faulty_count": 1, "doubles_count": 1, "paid_count": 0, "paid_total": 0, "failed_count": 0,
        "failed_total": 0, "made_by": "person:me", "uploaded_by": [], "changed_by": [], "submitted_by": None,
        "approved_by": None, "made_at": NOW, "submitted_at": None, "approved_at": None, "completed_at": None,
        "cancelled_by": None, "cancelled_at": None, "cancel_reason": None, "retry_of": None, "digest": "ab" * 32,
        "proposal_id": None,
    }  # fmt: skip
    return PayoutBatch(**told | changes).model_dump(mode="json")


def parts() -> dict[str, Part]:
    programme = Programme(
        programme="pension", fund="pension", authority="pension-authority", kind="pension", name_ar="المعاشات",
        name_en="Pensions", open=True, changed_by="x", changed_at=NOW,
    )  # fmt: skip
    fund = Fund(
        fund="pension", authority="pension-authority", name_ar="صندوق المعاشات", name_en="Pensions",
        account_id=new_id(), balance=500, available=400, changed_by="x", changed_at=NOW,
    )  # fmt: skip
    double = Double(
        position=1, number=2, item_reference="b", citizen_id=new_id(), amount=100, code="twice_in_batch",
        reason="twice", reason_ar="مكرر", other_batch_id=new_id(), other_batch_reference="r", other_number=1,
    )  # fmt: skip
    fault = RowFaultAt(position=1, **RowFault.of(1, 4, "c", "amount_invalid").model_dump())
    told = {
        "programme": programme.model_dump(mode="json"), "fund": fund.model_dump(mode="json"),
        "doubles": {"items": [double.model_dump(mode="json")], "next": None},
        "faults": {"items": [fault.model_dump(mode="json")], "next": None},
        "before": Before("2026-11", 2, 200, 100, 500),
    }  # fmt: skip
    return {name: Part("there", NOW, one) for name, one in told.items()}


def shown(template: str, **facts: Any) -> str:
    page = render(template, "ar", **{**FRAME, "parts": parts(), **facts})
    return page[page.index('<main id="content"') :]


@pytest.mark.parametrize(
    ("facts", "may", "there", "not_there"),
    [
        ({}, "make", "أرسل للاعتماد", "اعتمد صرف"),
        ({"received_count": 2}, "make", "المستلم لا يطابق المعلن", "أرسل للاعتماد"),
        ({"state": "submitted"}, "make", "من يُعد دفعة لا يعتمدها", "اعتمد صرف"),
        ({"state": "submitted"}, "approve", "اعتمد صرف", "افتحها للتعديل"),
        ({"state": "submitted"}, "own", "شاركت في إعداد هذه الدفعة", "اعتمد صرف"),
        ({"state": "completed", "failed_count": 1}, "make", "أعد صرف المتعذر", "أرسل للاعتماد"),
    ],
)
def test_a_batch_shows_its_facts_and_what_its_reader_may_do(
    facts: dict[str, Any], may: str, there: str, not_there: str
) -> None:
    told = batch(**facts)
    page = shown(
        "payout", batch=told, makes=may == "make", own=may == "own", booked=0, may=lambda *_: may != "make",
        as_declared=told["received_count"] == told["declared_count"],
    )  # fmt: skip
    assert there in page
    assert not_there not in page
    for fact in (
        "1.50",
        "+50.0%",
        "abababababababab",
        "صندوق المعاشات",
        "المبلغ يجب أن يكون عدداً صحيحاً",
        "نوفمبر 2026",
    ):
        assert fact in page


def test_rows_and_forms_are_shown() -> None:
    row = Payout(
        number=1, payout_id=new_id(), item_reference="a", citizen_id=new_id(), amount=100, state="failed",
        reason="wallet_unknown", reason_en="no wallet", reason_ar="لا توجد محفظة",
    ).model_dump(mode="json")  # fmt: skip
    told = {"items": [row], "next": 7}
    page = shown(
        "payout_rows", batch=batch(), told=told, state="failed", states=(), pages=frame.at("/?state=failed&after=3")
    )
    assert "لا توجد محفظة" in page
    assert 'href="/?state=failed"' in page
    assert 'href="/?state=failed&amp;after=7"' in page
    page = shown("payout_row", batch=batch(), row=row, payees=declaring.PAYEES, errors={"number": "payee_unclear"})
    assert "استبعد من الدفعة" in page
    page = shown("payout_row", batch=batch(state="submitted"), row=row, payees=declaring.PAYEES)
    assert "استبعد من الدفعة" not in page
    faults = [RowFault.of(0, 2, None, "payee_unknown").model_dump(mode="json")]
    page = shown("payout_file", batch=batch(), rows=faults, key="k", errors={"file": "كل الصفوف خطأ"})
    assert 'enctype="multipart/form-data"' in page
    assert "المستفيد" in page
    for template in ("payout_declaration", "payout_retry", "payout_cancel"):
        assert "token" in shown(template, batch=batch())
