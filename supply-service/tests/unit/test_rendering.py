"""Golden renderings: what one version has made of a sale's record it makes for ever, to the byte.

A failure here means that repeats and republished events of sales already made would differ from the first ones. Do
not change what is expected: give the new form a new version in `rendering.py`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from supply_service.rules.sale import SoldLine
from supply_service.rules.tenders import Paid
from supply_service.sales import rendering
from supply_service.sales.record import ReversalRecord, SaleRecord, sale_of

NOVEMBER = date(2026, 11, 1)
IDS = [UUID(f"0199f000-0000-7000-8000-00000000000{n}") for n in range(8)]
SALE = SaleRecord(
    sale_id=IDS[0], household_id=IDS[1], period=NOVEMBER, business_day=date(2026, 11, 5), card_id=IDS[2],
    terminal_id=IDS[3], outlet_id=IDS[4], governorate="03", occurred_at=datetime(2026, 11, 5, 10, 0, 0, 5000, UTC),
    offline=False, conflict=None, loaves=15, goods=5000, cash=300,
    lines=(
        SoldLine("bread", "loaf", 15, 300, NOVEMBER, 15, (date(2026, 11, 5),)),
        SoldLine("goods", "oil", 2, 5000, NOVEMBER, 5000, group="oil", units=2, wallet=1000),
    ),
    left={"bread": 435, "goods": 0, "bread_points": 120}, names=("رغيف", "زيت"), tenders=(Paid(IDS[5], 1000),),
    rendering=1,
)  # fmt: skip
LATE = SALE._replace(
    occurred_at=datetime(2026, 11, 5, 12, 0, tzinfo=timezone(timedelta(hours=2))), offline=True,
    conflict="quota_exceeded", tenders=(), goods=0,
    lines=(SoldLine("bread", "loaf", 15, 300, NOVEMBER, 10, (), overdrawn=5, conflict="quota_exceeded"),),
    names=("رغيف",),
)  # fmt: skip
UNDONE = ReversalRecord(
    IDS[6], SALE, IDS[3], IDS[4], date(2026, 11, 5), datetime(2026, 11, 5, 11, tzinfo=UTC), "wrong",
    {"bread": 450, "goods": 5000, "bread_points": 120}, 1,
)  # fmt: skip

REPLY = (
    '{"redemption_id":"0199f000-0000-7000-8000-000000000000","card_id":"0199f000-0000-7000-8000-000000000002",'
    '"business_day":"2026-11-05","occurred_at":"2026-11-05T10:00:00.005000Z","lines":[{"programme":"bread",'
    '"item":"loaf","quantity":15,"amount":300,"days":["2026-11-05"]},{"programme":"goods","item":"oil","quantity":2,'
    '"amount":5000,"wallet":1000}],"cash_due":300,"tenders":[{"kind":"wallet",'
    '"payment_id":"0199f000-0000-7000-8000-000000000005","amount":1000}],"remaining":[{"programme":"bread",'
    '"unit":"loaf","remaining":435,"period":"2026-11-01"},{"programme":"goods","unit":"piastre","remaining":0,'
    '"period":"2026-11-01"},{"programme":"bread_points","unit":"piastre","remaining":120,"period":"2026-11-01"}],'
    '"message_ar":"تم صرف 15 رغيفاً وتم صرف سلع بقيمة 50.00 جنيه وتم دفع 10.00 جنيه من المحفظة.'
    ' المتبقي: الخبز 435 رغيفاً، السلع التموينية 0.00 جنيه",'
    '"message_en":"15 loaves were drawn, Goods for EGP 50.00 were drawn, EGP 10.00 were paid from the wallet.'
    ' Remaining: bread 435 loaves, goods allowance EGP 0.00",'
    '"receipt_lines_ar":["رغيف × 15 = 3.00 جنيه","زيت × 2 = 60.00 جنيه","من المحفظة: 10.00 جنيه",'
    '"المطلوب نقداً: 3.00 جنيه"]}'
)
EVENT = (
    '{"redemption_id":"0199f000-0000-7000-8000-000000000000","household_id":"0199f000-0000-7000-8000-000000000001",'
    '"card_id":"0199f000-0000-7000-8000-000000000002","terminal_id":"0199f000-0000-7000-8000-000000000003",'
    '"outlet_id":"0199f000-0000-7000-8000-000000000004","governorate":"03","business_day":"2026-11-05",'
    '"occurred_at":"2026-11-05T10:00:00.005000Z","offline":false,"lines":[{"programme":"bread","item":"loaf",'
    '"quantity":15,"amount":300},{"programme":"goods","item":"oil","quantity":2,"amount":5000}],"remaining":['
    '{"programme":"bread","unit":"loaf","remaining":435,"period":"2026-11-01"},{"programme":"goods",'
    '"unit":"piastre","remaining":0,"period":"2026-11-01"},{"programme":"bread_points","unit":"piastre",'
    '"remaining":120,"period":"2026-11-01"}],"tenders":[{"kind":"wallet",'
    '"payment_id":"0199f000-0000-7000-8000-000000000005","amount":1000}]}'
)
LATE_REPLY = (
    '{"redemption_id":"0199f000-0000-7000-8000-000000000000","card_id":"0199f000-0000-7000-8000-000000000002",'
    '"business_day":"2026-11-05","occurred_at":"2026-11-05T12:00:00+02:00","lines":[{"programme":"bread",'
    '"item":"loaf","quantity":15,"amount":300}],"cash_due":300,"tenders":[],"remaining":[{"programme":"bread",'
    '"unit":"loaf","remaining":435,"period":"2026-11-01"},{"programme":"goods","unit":"piastre","remaining":0,'
    '"period":"2026-11-01"},{"programme":"bread_points","unit":"piastre","remaining":120,"period":"2026-11-01"}],'
    '"message_ar":"تم صرف 15 رغيفاً. المتبقي: الخبز 435 رغيفاً",'
    '"message_en":"15 loaves were drawn. Remaining: bread 435 loaves",'
    '"receipt_lines_ar":["رغيف × 15 = 3.00 جنيه","المطلوب نقداً: 3.00 جنيه"]}'
)
REVERSAL = (
    '{"reversal_id":"0199f000-0000-7000-8000-000000000006","redemption_id":"0199f000-0000-7000-8000-000000000000",'
    '"card_id":"0199f000-0000-7000-8000-000000000002","business_day":"2026-11-05",'
    '"occurred_at":"2026-11-05T11:00:00Z","cash_returned":300,"tenders":[{"kind":"wallet",'
    '"payment_id":"0199f000-0000-7000-8000-000000000005","amount":1000}],"remaining":[{"programme":"bread",'
    '"unit":"loaf","remaining":450,"period":"2026-11-01"},{"programme":"goods","unit":"piastre","remaining":5000,'
    '"period":"2026-11-01"},{"programme":"bread_points","unit":"piastre","remaining":120,"period":"2026-11-01"}],'
    '"message_ar":"تم إلغاء العملية. المتبقي: الخبز 450 رغيفاً، السلع التموينية 50.00 جنيه",'
    '"message_en":"The draw was reversed. Remaining: bread 450 loaves, goods allowance EGP 50.00"}'
)
DOCUMENT = (
    '{"lines":[{"programme":"bread","item":"loaf","quantity":15,"amount":300,"period":"2026-11-01","taken":15,'
    '"days":["2026-11-05"]},{"programme":"goods","item":"oil","quantity":2,"amount":5000,"period":"2026-11-01",'
    '"taken":5000,"wallet":1000,"group":"oil","units":2}],"left":{"bread":435,"goods":0,"bread_points":120},'
    '"names":["رغيف","زيت"],"tenders":[["0199f000-0000-7000-8000-000000000005",1000]]}'
)


def test_the_replies_are_those_of_their_version() -> None:
    assert rendering.reply(SALE).decode() == REPLY
    assert rendering.reply(LATE).decode() == LATE_REPLY
    assert rendering.reversal_reply(UNDONE).decode() == REVERSAL


def test_a_receipt_in_english_stands_beside_where_its_names_were_kept() -> None:
    """By the same words' table; records of before are rendered as they were, to the byte."""
    named = SALE._replace(names_en=("Subsidised loaf", "Oil 800 ml"))
    english = (
        '"receipt_lines_en":["Subsidised loaf × 15 = EGP 3.00","Oil 800 ml × 2 = EGP 60.00",'
        '"From the wallet: EGP 10.00","To be paid in cash: EGP 3.00"]'
    )
    assert rendering.reply(named).decode() == REPLY.removesuffix("}") + "," + english + "}"
    assert rendering.event(named).decode() == EVENT
    row: dict[str, Any] = named._asdict() | {"redemption_id": named.sale_id, "document": named.document()}
    assert sale_of(row) == named
    assert '"names_en"' not in SALE.document()


def test_the_event_is_that_of_its_version() -> None:
    assert rendering.event(SALE).decode() == EVENT


def test_the_document_is_read_as_it_was_written() -> None:
    assert SALE.document() == DOCUMENT


@pytest.mark.parametrize("sale", [SALE, LATE], ids=["sale", "late sale"])
def test_a_record_comes_back_from_its_row(sale: SaleRecord) -> None:
    row: dict[str, Any] = sale._asdict() | {
        "redemption_id": sale.sale_id, "document": sale.document(), "occurred_at": sale.occurred_at.astimezone(UTC)
    }  # fmt: skip
    assert sale_of(row) == sale
    assert rendering.reply(sale_of(row)) == rendering.reply(sale)
    assert rendering.event(sale_of(row)) == rendering.event(sale)


def test_what_an_earlier_version_of_the_service_sold_is_not_rendered() -> None:
    with pytest.raises(LookupError):
        rendering.event(SALE._replace(rendering=None))
