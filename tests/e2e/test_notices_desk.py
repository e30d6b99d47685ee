"""A notice on receipts from the two who make it to the paper and back: supply-service is killed on both ways."""

from __future__ import annotations

import os
import re
import signal
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.clock import CAIRO
from devstack.terminal.store import Store

from .conftest import System, pid_of, set_clock, until
from .test_console import ID, Person, SignIn, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.slow

TEXT = "معرض السلع مفتوح"


def test_a_notice_is_printed_and_counted_once_through_kills(
    signed_in: SignIn, system: System, first: dict[str, Any]
) -> None:
    officer, approver = signed_in("campaigns.officer"), signed_in("campaigns.approver")
    # The terminal's clock is the present, the day of the sale one that the demonstration has left whole.
    today = datetime.now(CAIRO).date()
    day = (date.fromisoformat(first["run"]["month"]) + timedelta(days=31)).replace(day=22)
    proposal = proposed(officer, today, day)
    killed(system)
    approver.get(proposal)
    assert "اعتُمد المقترح ونُفّذ." in approver.post(proposal, decision="approve").text
    until(lambda: reachable(system), 90)
    set_clock(system, f"{day}T08:00:00+02:00")
    try:
        assert terminal(system, "enrol", "--kind", "bakery")[0] == 0
        until(lambda: configured(system), 60)
        code, said = terminal(system, "draw", first["run"]["card"], "--loaves", "1")
        assert (code, TEXT in said) == (0, True), said
        killed(system)
        row = until(lambda: counted(officer), 180)
        assert "1 إيصالات: 1" in re.sub("<[^>]+>", "", row), row
        withdrawal = officer.found(f"/console/notices/{ID}/withdrawal")
        officer.get(withdrawal)
        page = officer.post(withdrawal)
        assert "أُوقف التنويه." in page.text
        assert withdrawal not in page.text
    finally:
        set_clock(system, None)


def proposed(officer: Person, first_day: date, last_day: date) -> str:
    """A notice for these days, wrong first; where its proposal is."""
    place = "/console/notices/new"
    officer.get(place)
    said = {"bread": "1", "first_day": f"{first_day:%d/%m/%Y}", "ar": TEXT, "en": "The fair is open"}
    wrong = officer.post(place, **said, last_day="غداً")
    assert (wrong.status_code, "<title>خطأ: " in wrong.text) == (422, True)
    early = officer.post(place, **said, last_day=f"{first_day - timedelta(days=1):%d/%m/%Y}")
    assert (early.status_code, "مدة التنويه غير صحيحة" in early.text) == (422, True)
    page = officer.post(place, **said, last_day=f"{last_day:%d/%m/%Y}")
    assert re.fullmatch(f"/console/proposals/notify/{ID}", page.url.path), page.text
    return page.url.path


def killed(system: System) -> None:
    """Kill supply-service; whoever watches over it starts it again."""
    os.kill(pid_of(system, "supply"), signal.SIGKILL)


def reachable(system: System) -> bool:
    """Whether supply-service answers again."""
    path = f"{system.edge}/v1/outlets?limit=1"
    return httpx.get(path, headers=system.headers("outlets"), timeout=10).status_code == httpx.codes.OK


def terminal(system: System, *arguments: str) -> tuple[int, str]:
    """What a person types at a terminal: its exit code and all that it says."""
    done = system.unicard("terminal", *arguments, "--name", "notices", timeout=60)
    return done.returncode, done.stdout + done.stderr


def configured(system: System) -> bool:
    """Whether the terminal has the notice, once it has asked for what is new."""
    code, said = terminal(system, "online")
    assert code == 0, said
    held = Store(system.folder / "terminals" / "notices").configuration()
    return held is not None and TEXT in str(held.content)


def counted(officer: Person) -> str:
    """The notice's row in the list, once anybody is counted."""
    page = officer.get("/console/notices").text
    row = next((line for line in page.splitlines() if f"<bdi>{TEXT}</bdi>" in line), "")
    return row if "إيصالات" in row else ""
