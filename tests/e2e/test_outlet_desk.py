"""The desks of outlets, terminals and disputes on the running system."""

from __future__ import annotations

import time

from .conftest import until
from .test_console import ID, SignIn, hidden, signed_in
from .test_desks import sent

__all__ = ["signed_in"]


def test_a_terminal_is_suspended_and_a_dispute_is_decided_by_two(signed_in: SignIn) -> None:
    officer = signed_in("outlets.officer", "/console/outlets?kind=bakery&state=active")
    outlet = officer.found(f"/console/outlets/{ID}")
    officer.get(outlet)
    officer.get(officer.found(f"/console/terminals/outlets/new[?]place={ID}"))
    assert officer.post("/console/terminals/outlets/new", model="UC-1").status_code == 422
    serial = f"desk-{int(time.time())}"
    terminal = officer.post("/console/terminals/outlets/new", serial=serial, model="UC-1").url.path
    assert "سُجّلت الماكينة" in officer.page.text
    until(lambda: "انقله الآن" in (officer.get(terminal), officer.post(f"{terminal}/code"))[1].text)
    assert "انقله الآن" not in officer.get(terminal).text  # it is told once
    officer.get(f"{terminal}/suspension")
    assert officer.post(f"{terminal}/suspension").status_code == 422
    form = hidden(officer.page.text)
    for _ in range(2):
        page = sent(officer, f"{terminal}/suspension", form, reason="سُرقت من المخبز")
        assert (page.url.path, "أُوقفت الماكينة" in page.text) == (terminal, True)
    assert terminal in officer.get(f"/console/terminals/outlets?status=suspended&serial={serial}").text
    officer.get(f"{terminal}/reinstatement")
    assert "أُعيد تشغيل الماكينة" in officer.post(f"{terminal}/reinstatement").text
    assert serial in officer.get(outlet).text

    inspector = signed_in("inspector", "/console/disputes?state=open")
    place = inspector.found(f"/console/disputes/{ID}")
    assert "قائمة أسعار غير سارية" in inspector.page.text
    page = inspector.get(place)
    assert "توقيع الماكينة صحيح" in page.text
    assert inspector.post(place, reason="").status_code == 422
    page = inspector.post(place, finding="refuse", reason="القائمة لم تكن سارية")
    assert "يقررها شخص آخر" in page.text
    proposal = inspector.found(f"/console/proposals/supply/{ID}")
    assert "سجّل القرار" not in inspector.get(proposal).text
    approver = signed_in("disputes.approver", proposal)
    assert "اعتُمد المقترح ونُفّذ." in approver.post(proposal, decision="approve").text
    assert "القائمة لم تكن سارية" in approver.get(place).text
    assert place in inspector.get("/console/disputes?state=refused").text
