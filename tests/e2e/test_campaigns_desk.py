"""A campaign from its text to its end before the two who make it: seen, counted, edited by two at once, started."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

from chassis.clock import CAIRO

from .conftest import until
from .test_console import ID, SignIn, hidden, signed_in

__all__ = ["signed_in"]


def test_a_campaign_is_written_counted_edited_by_revision_and_started_by_another(signed_in: SignIn) -> None:
    officer, approver = signed_in("campaigns.officer"), signed_in("campaigns.approver")
    name = f"hours-{int(time.time())}"
    said = {
        "name": name,
        "ar": "المكاتب مفتوحة يوم {on}",
        "en": "Offices are open on {on}",
        "variable1": "on",
        "type1": "day",
    }
    officer.get("/console/campaigns/texts/new")
    page = officer.post("/console/campaigns/texts/new", **said, act="preview")
    assert "المكاتب مفتوحة يوم الجمعة 15 يناير" in page.text
    proposal = officer.post("/console/campaigns/texts/new", **said, act="propose").url.path
    approver.get(proposal)
    assert "اعتُمد المقترح ونُفّذ." in approver.post(proposal, decision="approve").text

    page = officer.get("/console/campaigns/new")
    officer.get(page.text.split(f">{name}<")[1].split('href="')[1].split('"')[0])
    ends = (datetime.now(UTC) + timedelta(days=20)).astimezone(CAIRO)
    draft = {"name": f"حملة {name}", "value.on": "15/1/2027", "members_from": "49", "ends_on": f"{ends:%d/%m/%Y}"}
    wrong = officer.post("/console/campaigns/new", **{**draft, "value.on": "غداً"})
    assert (wrong.status_code, "<title>خطأ: " in wrong.text) == (422, True)
    page = officer.post("/console/campaigns/new", **draft)
    place = page.url.path
    assert re.fullmatch(f"/console/campaigns/{ID}", place), page.text
    assert "حُفظت المسودة:" in page.text

    early = hidden(officer.get(f"{place}/edit").text)
    officer.get(f"{place}/edit")  # a form of its own, of the same revision
    assert "عُدلت المسودة:" in officer.post(f"{place}/edit", **{**draft, "name": "الأولى"}).text
    late = officer.client.post(officer.system.edge + f"{place}/edit", data={**early, **draft, "name": "الثانية"})
    assert late.status_code == 409
    assert ("الأولى" in late.text, "الثانية" in late.text) == (True, True)
    assert "الأولى" in officer.get(place).text

    officer.get(place)
    counted = officer.post(place, act="dry-runs").url
    path = f"{counted.path}?{counted.query.decode()}"
    until(lambda: "تصلهم الرسالة" in officer.get(path).text)
    officer.get(place)
    proposal = officer.post(place, act="start").url.path
    assert re.fullmatch(f"/console/proposals/notify/{ID}", proposal), officer.page.text
    approver.get(proposal)
    assert "اعتُمد المقترح ونُفّذ." in approver.post(proposal, decision="approve").text
    until(lambda: "انتهت" in officer.get(place).text)
    assert place in officer.get("/console/campaigns?state=ended").text
