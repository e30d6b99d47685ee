"""Payouts on the running system: a batch made from a file with bad rows and approved by another; the books beside."""

from __future__ import annotations

import time
from typing import Any

from .conftest import System, until
from .test_console import Person, SignIn, hidden, open_cards, signed_in
from .test_desks import PENSION
from .test_money import ask

__all__ = ["signed_in"]


def send_file(person: Person, batch: str, rows: str) -> None:
    """A file by the form of its page, as a browser sends it."""
    place = f"/console/payouts/files/{batch}"
    form = hidden(person.get(place).text)
    files = {"file": ("rows.csv", rows.encode(), "text/csv")}
    person.page = person.client.post(person.system.edge + place, data=form, files=files)


def test_a_batch_is_made_from_a_file_with_bad_rows_and_approved_by_another(
    signed_in: SignIn, system: System, first: dict[str, Any]
) -> None:
    assert first
    maker = signed_in("payouts.maker")
    assert "دفعات صرف تحت الإعداد" in maker.page.text  # the demonstration has left one
    number = next(number for number, card in open_cards(system) if card["state"] == "active")
    funding = {"amount": PENSION, "reference": f"made-{int(time.time())}"}
    paid = ask(system, "treasury", "POST", "/v1/payout-funds/pension/fundings", json=funding)
    treasury = signed_in("treasury.approver", f"/console/proposals/payment/{paid['proposal_id']}")
    treasury.post(f"/console/proposals/payment/{paid['proposal_id']}", decision="approve")

    maker.get("/console/payouts/new")
    page = maker.post(
        "/console/payouts/new", programme="pension", reference=f"made-{int(time.time())}", declared_count="١",
        declared_total="1,755.00",
    )  # fmt: skip
    place = page.url.path
    rows = ("national_id,amount,item_reference", f"{number},{PENSION},a", f"{number},x,b", f"123,{PENSION},c", "")
    send_file(maker, place.rpartition("/")[2], "\r\n".join(rows))
    assert "صفوف مقبولة: 1، مرفوضة: 2" in maker.page.text
    for reason in ("المبلغ يجب أن يكون عدداً صحيحاً بالقرش", "الرقم القومي غير صحيح"):
        assert reason in maker.page.text
    page = maker.post(f"{place}/step", doing="submission")
    assert "أُرسلت الدفعة للاعتماد." in page.text
    assert "اعتمد صرف" not in page.text
    approver = signed_in("payouts.approver", place)
    assert "اعتُمد الصرف." in approver.post(place, total="1755").text
    done = until(lambda: "tag-completed" in approver.get(place).text)
    assert done
    result = maker.client.get(f"{system.edge}/console/payouts/files/{place.rpartition('/')[2]}/result")
    assert result.content.startswith(b"\xef\xbb\xbf")
    assert '"a","175500","paid"' in result.text


def test_an_accountant_reads_the_days_books_and_the_treasury_its_funds(signed_in: SignIn) -> None:
    accountant = signed_in("accountant", "/console/settlements")
    assert "تسويات المنافذ" in accountant.page.text
    for place in ("/console/settlements/print", "/console/reconciliation?proved=true"):
        assert accountant.get(place).status_code == 200
    assert "متطابقة" in accountant.page.text
    assert "صندوق المعاشات" in signed_in("treasury.officer", "/console/funds").page.text
