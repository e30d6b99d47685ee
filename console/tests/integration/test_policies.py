"""Policies of the real gateway at the console: found, a new value proposed by one, decided by another, taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from .conftest import Desk

ROW = re.compile(r'href="(/console/policies/gateway/[0-9a-f-]{36})"')


async def test_a_value_is_proposed_decided_by_another_and_taken_back_before_it_begins(desk: Desk) -> None:
    maker, decider = await desk.signed_in("policy-enterer"), await desk.signed_in("policy-approver")
    page = await maker.get("/console/policies?service=gateway&key=approval.days_open")
    row = ROW.findall(page.text)[0]  # the nation's; rows of one kind of proposal come behind it
    assert (await maker.get("/console/policies?key=Bread!")).status_code == 422
    assert (
        "لا يجيب الآن" in (await maker.get("/console/policies")).text
    )  # supply is away, and the gateway's rows are there
    assert "اقترح قيمة جديدة" not in (await decider.get(row)).text
    assert "اقترح قيمة جديدة" in (await maker.get(row)).text

    await maker.get(f"{row}/new")
    page = await maker.post(f"{row}/new", act="propose", value="many")
    assert page.status_code == 422
    assert "اكتب قيمة من نوع القيمة القائمة." in page.text
    begins = (datetime.now(UTC) + timedelta(days=50)).date()
    typed = {
        "value": "٢١", "effective_from": f"{begins.day}/{begins.month}/{begins.year}", "legal_reference": "circular 8",
        "source": "the ministry's letter", "confidence": "sourced",
    }  # fmt: skip
    page = await maker.post(f"{row}/new", act="propose", **typed)
    assert "أُرسلت القاعدة للاعتماد" in page.text
    place = str(page.url.path)
    assert place.startswith("/console/proposals/gateway/")
    assert "21" in (await decider.get(place)).text
    assert "اعتُمد المقترح" in (await decider.post(place, decision="approve")).text

    on = f"/console/policies?service=gateway&key=approval.days_open&on={begins.isoformat()}"
    new = f"/console/policies/gateway/{place.rpartition('/')[2]}"
    assert new in (await maker.get(on)).text
    page = await maker.get(new)
    assert row in page.text  # what held before it
    await maker.get(f"{new}/withdrawal")
    assert (await maker.post(f"{new}/withdrawal")).status_code == 422
    page = await maker.post(f"{new}/withdrawal", reason="the circular is withdrawn")
    assert "أُرسل طلب السحب للاعتماد" in page.text
    place = str(page.url.path)
    await decider.get(place)
    assert "اعتُمد المقترح" in (await decider.post(place, decision="approve")).text
    assert new not in (await maker.get(on)).text
    assert (await maker.get(new)).status_code == 404
    page = await maker.get(f"{row}/withdrawal")
    page = await maker.post(f"{row}/withdrawal", reason="it holds already")
    assert page.status_code == 422
    assert "القاعدة سارية بالفعل" in page.text
    for browser in (maker, decider):
        await browser.client.aclose()
