"""A clinic's terminal against a real HTTP server: a visit is entered once, its receipt says nothing of the patient."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from devstack.terminal import receipt
from devstack.terminal.device import Terminal
from devstack.terminal.keys import DeviceKey
from devstack.terminal.store import Identity, Store
from devstack.terminal.wire import NotReached, Wire

TERMS = {"service": "medicines", "rate": "0.10", "fixed": None, "cap": 160_600, "cap_left": 1_500, "currency": "EGP"}

FREE = TERMS | {"service": "consultation", "rate": "0", "cap": None, "cap_left": None}


class Clinic:
    """Answers what health-service would; while `cut`, the answer of a visit is lost."""

    def __init__(self) -> None:
        self.cut = False
        self.visits: dict[str, Any] = {}
        self.asked: list[Any] = []

    async def token(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "token_type": "Bearer", "expires_in": 600})

    async def eligibility(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        reasons = [{"code": "cover_suspended", "title_ar": "التأمين موقوف", "detail_ar": "متأخرات"}]
        covered = "service" in self.asked[-1]
        return web.json_response(
            {"covered": covered, "exempt": False, "services": [TERMS, FREE], "reasons": [] if covered else reasons}
        )

    async def encounter(self, request: web.Request) -> web.Response:
        body = await request.json()
        answer = self.visits.setdefault(
            request.headers["Idempotency-Key"],
            {
                "encounter_id": f"e{len(self.visits)}",
                "service": body["service"],
                "occurred_at": "2026-11-05T10:00:00+00:00",
                "total": 12_050,
                "copayment": 1_205,
                "insurer_part": 10_845,
                "copayment_state": "due",
                "failure": None,
                "referrals": [{"referral_id": "r1", "service": "imaging", "last_day": "2026-12-05"}],
                "asked": body,
            },
        )
        if self.cut:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return web.json_response({name: value for name, value in answer.items() if name != "asked"}, status=201)


@asynccontextmanager
async def opened(clinic: Clinic, folder: Path) -> AsyncIterator[Terminal]:
    application = web.Application()
    application.router.add_post("/oauth/token", clinic.token)
    application.router.add_post("/v1/eligibility", clinic.eligibility)
    application.router.add_post("/v1/encounters", clinic.encounter)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    wire = Wire(f"http://127.0.0.1:{runner.addresses[0][1]}", limit=4, timeout_s=2)
    store = Store(folder)
    store.save(Identity("t1", DeviceKey.generate().secret(), wire.base_url))
    terminal = Terminal(store, wire)
    terminal.caller.tries = 2
    try:
        yield terminal
    finally:
        await wire.aclose()
        await runner.cleanup()


async def test_eligibility_in_arabic(tmp_path: Path) -> None:
    clinic = Clinic()
    async with opened(clinic, tmp_path) as terminal:
        covered = receipt.eligibility(await terminal.eligibility("card", "medicines", "child"))
        assert covered == ["مشمول بالتأمين الصحي الشامل", "أدوية: 10٪ بحد أقصى 15.00 جنيه", "كشف: دون مساهمة"]
        assert receipt.eligibility(await terminal.eligibility("card"))[0] == "التأمين موقوف – متأخرات"
    assert clinic.asked == [{"card_id": "card", "service": "medicines", "patient_id": "child"}, {"card_id": "card"}]


async def test_a_visit_cut_off_is_settled_once_and_leaves_no_diagnosis_behind(tmp_path: Path) -> None:
    clinic = Clinic()
    clinic.cut = True
    diagnosis = {"system": "ICD-10", "code": "E11.9"}
    async with opened(clinic, tmp_path) as terminal:
        with pytest.raises(NotReached):
            await terminal.visit("card", "medicines", [{"code": "A10", "price": 12_050}], diagnosis=diagnosis)
        clinic.cut = False
        answer = await Terminal(terminal.store, terminal.caller.wire).settle()
    assert answer is not None
    (visit,) = clinic.visits.values()
    assert visit["asked"]["diagnosis"] == diagnosis
    printed = receipt.visit(answer)
    assert "مساهمة المريض: 12.05 جنيه – جاري الخصم من المحفظة" in printed
    assert "تحويل: أشعة حتى 2026-12-05 – r1" in printed
    assert "E11.9" not in _kept(tmp_path) + "".join(printed)


def _kept(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
