"""Pages of outlets, terminals and disputes, of what the service really answers with: no member is misspelt."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.governorates import GOVERNORATES
from chassis.ids import new_id
from contracts.people import PEOPLE
from staff_console.disputes.evidence import signed
from staff_console.outlets import asked
from staff_console.outlets.suspending import Suspendable
from staff_console.pages import menu, render
from staff_console.services.parts import Part
from staff_console.terminals.kinds import KINDS, STATES
from staff_console.words import TEXTS
from supply_service.days.schemas import ClosedDay, FreeFigures, OutletDay, TerminalFigures
from supply_service.disputes.schemas import DisputedLineReply, DisputeEvidence, HeldAgainst
from supply_service.gaps.schemas import GapFollowed
from supply_service.outlets.schemas import Outlet, Terminal, TerminalHealth
from supply_service.rules.late_refusals import BY_STATUS
from supply_service.settlements.schemas import Settlement

from .frame import FRAME

NOW, DAY = datetime(2026, 12, 1, 9, tzinfo=UTC), date(2026, 11, 30)
OUTLET, TERMINAL = new_id(), new_id()


def shown(template: str, **facts: Any) -> str:
    page = render(template, "ar", **{**FRAME, "me": "person:me", **facts})
    return page[page.index('<main id="content"') :]


def there(told: Any) -> Part:
    return Part("there", NOW, told)


def outlet(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "outlet_id": OUTLET, "kind": "bakery", "name_ar": "مخبز النور", "name_en": "An-Nur", "governorate": "03",
        "district": "03.02", "fuel": "gas", "loaf_type": "soft", "trial": False, "registered_at": NOW,
        "suspended_at": None, "suspension_reason": None, "reachable": True,
    }  # fmt: skip
    return Outlet(**told | changes).model_dump(mode="json")


def terminal(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "terminal_id": TERMINAL, "serial": "UC-77", "model": "UC-1", "status": "active", "suspension_reason": None,
        "enrolled": True, "registered_at": NOW, "outlet_id": OUTLET,
    }  # fmt: skip
    return told | changes


def dispute(**changes: Any) -> dict[str, Any]:
    line = DisputedLineReply(programme="bread", item="loaf", quantity=25, amount=500, reason="household_floor")
    sale = HeldAgainst(
        redemption_id=new_id(), outlet_id=new_id(), business_day=DAY, occurred_at=NOW, offline=True, loaves=15,
        goods_amount=0, reversed=True,
    )  # fmt: skip
    told: dict[str, Any] = {
        "dispute_id": new_id(), "outlet_id": OUTLET, "terminal_id": TERMINAL, "sale_id": new_id(),
        "redemption_id": None, "card_id": new_id(), "reason": "household_floor", "lines": [line], "loaves": 25,
        "amount": 500, "business_day": DAY, "occurred_at": NOW, "found_at": NOW, "state": "open", "withdrawn_at": None,
        "decided_at": None, "decision_reason": None, "document": '{"sequence":7,"lines":[]}', "hash": "ab" * 32,
        "public_key": "k", "signature_holds": True, "reversal": None, "received_at": NOW, "owed_loaves": 5,
        "sales": [sale],
    }  # fmt: skip
    return DisputeEvidence(**told | changes).model_dump(mode="json")


def parts() -> dict[str, Part]:
    health = TerminalHealth(**terminal(), heard_at=NOW, last_sale_at=None, missing=2, missing_since=NOW)
    gap = GapFollowed(
        gap_id=new_id(), terminal_id=TERMINAL, outlet_id=OUTLET, key=0, first=2, last=3, found_at=NOW, followed_by=None,
        followed_at=None, note=None,
    )  # fmt: skip
    day = ClosedDay(
        business_day=DAY, closed_at=NOW, closed_by="clock", redemptions=3, reversals=0, loaves=45, goods_amount=0,
        cash_amount=900,
    )  # fmt: skip
    return {
        "terminals": there({"terminals": [health.model_dump(mode="json")]}),
        "gaps": there({"items": [gap.model_dump(mode="json")]}),
        "disputes": there({"items": [dispute()]}),
        "days": there({"items": [day.model_dump(mode="json")]}),
    }


def test_an_outlet_shows_how_its_terminals_do_and_names_whose_service_is_silent() -> None:
    page = shown("outlet", outlet=outlet(), name="مخبز النور", parts=parts(), given={}, errors={})
    for said in ("UC-77", "عمليتان", "غير معروف", "لا يتابعها أحد", "أوقف المنفذ", "خبز أكثر مما يُقيد مقدماً"):
        assert said in page
    assert f"/console/outlets/{OUTLET}/days/{DAY}" in page
    silent = {**parts(), "days": Part("silent", NOW), "gaps": Part("closed", NOW)}
    page = shown("outlet", outlet=outlet(), name="مخبز النور", parts=silent, given={}, errors={})
    assert "لا يجيب الآن" in page
    assert "عمليات ناقصة" not in page


def test_a_suspended_outlet_says_why_and_is_let_sell_again() -> None:
    found = outlet(suspended_at=NOW, suspension_reason="ميزان")
    page = shown("outlet", outlet=found, name="مخبز النور", parts={}, given={}, errors={})
    assert "ميزان" in page
    assert "أعد تشغيل المنفذ" in page
    one = Suspendable("outlet", "مخبز النور", "supply", "/v1/outlets/1", "/console/outlets/1")
    for doing, said in (("suspend", "تُرفض مبيعاته من الآن"), ("reinstate", "تُقبل مبيعاته من جديد")):
        assert said in shown("suspension", one=one, doing=doing, given={}, errors={})


@pytest.mark.parametrize("status", STATES)
def test_a_terminal_in_use_is_given_its_code_and_a_suspended_one_is_not(status: str) -> None:
    found = Terminal(**terminal(status=status)).model_dump(mode="json")
    facts = {"terminal": found, "kind": KINDS["outlets"], "place": there(outlet()), "errors": {}, "suspends": True}
    page = shown("terminal", **facts)
    assert ("أصدر رمز التفعيل" in page) is (status == "active")
    assert ("أعد تشغيل الماكينة" in page) is (status == "suspended")
    assert "مخبز النور" in page
    told = shown("terminal", **facts, notice={"said": "terminal_code_given", "about": "ABCD", "until": NOW.isoformat()})
    assert "الرمز صالح حتى" in told
    assert "ABCD" in told


def test_a_terminals_list_and_form_are_of_its_kind() -> None:
    told = {"items": [Terminal(**terminal()).model_dump(mode="json")], "next": None}
    facts = {"chosen": {}, "states": STATES, "others": [], "places": []}
    assert "ماكينات المنافذ" in shown("terminals", told=told, kind=KINDS["outlets"], **facts)
    assert "ماكينات العيادات" in shown("terminals", told=told, kind=KINDS["clinics"], **facts)
    page = shown("terminal_new", kind=KINDS["outlets"], place=outlet(), place_id=OUTLET, given={}, errors={})
    assert "مخبز النور" in page


@pytest.mark.parametrize("changes", [{}, {"signature_holds": None, "public_key": None}, {"reversal": '{"a":1}'}])
def test_a_dispute_shows_what_it_is_decided_by(changes: dict[str, Any]) -> None:
    found = dispute(**changes)
    facts = {"dispute": found, "signed": signed(found["document"]), "outlet": there(outlet()), "given": {}}
    taken = signed(found["reversal"]) if found["reversal"] else None
    page = shown("dispute", **facts, errors={}, proposal=None, taken_back=taken)
    assert "أرسل للاعتماد" in page
    assert "رغيف خبز مدعم" in page
    assert ("توقيع الماكينة صحيح" in page) is (found["signature_holds"] is True)
    waits = shown("dispute", **facts, errors={}, proposal={"proposal_id": "p"}, taken_back=taken)
    assert "/console/proposals/supply/p" in waits
    assert "أرسل للاعتماد" not in waits
    assert signed("no json").lines == []


def test_a_day_shows_what_it_is_settled_at() -> None:
    figures = {
        "redemptions": 3, "reversals": 0, "loaves": 45, "goods_amount": 0, "cash_amount": 900,
    }  # fmt: skip
    day = OutletDay(
        **figures, outlet_id=OUTLET, business_day=DAY, closed=True, closed_at=NOW, closed_by="clock", late=[],
        claims=[], terminals=[TerminalFigures(terminal_id=TERMINAL, wallet_amount=0, **figures)],
        free=FreeFigures(sales=0, reversals=0, loaves=0, amount=0),
    ).model_dump(mode="json")  # fmt: skip
    settled = Settlement(
        settlement_id=new_id(), outlet_id=OUTLET, outlet_name_ar="مخبز", outlet_name_en="Bakery", governorate="03",
        business_day=DAY, state="calculated", amount=-1250, reason=None, calculated_at=NOW, components=[], levies=[],
    ).model_dump(mode="json")  # fmt: skip
    for items, said in (([settled], "مستحق على المنفذ"), ([], "لا توجد تسوية لهذا اليوم")):
        parts = {"settlements": there({"items": items})}
        assert said in shown("outlet_day", outlet=outlet(), name="مخبز النور", day=day, parts=parts)


def test_the_lists_say_what_was_asked_for() -> None:
    told = {"items": [outlet(trial=True)], "next": str(OUTLET)}
    chosen = asked.read({"governorate": "03", "district": "04.01", "kind": "moon", "silent_days": "7", "x": "1"})
    assert chosen == {"governorate": "03", "silent_days": "7"}  # a district of another governorate is of no use
    page = shown(
        "outlets", told=told, count=12, asked=chosen, governorates=GOVERNORATES, districts={},
        kinds=asked.KINDS, states=asked.STATES, silent=asked.SILENT,
    )  # fmt: skip
    assert "12" in page
    assert f"after={OUTLET}" in page
    page = shown(
        "disputes", told={"items": [dispute()], "next": None}, chosen={"state": "open"}, states=("open",), older=("7",),
        governorates=GOVERNORATES,
    )  # fmt: skip
    assert "بيع يوم" in page


def test_every_reason_of_a_dispute_is_in_words() -> None:
    assert {f"disputed.{one.code}" for one in BY_STATUS["disputed"]} <= set(TEXTS)


@pytest.mark.parametrize(
    ("role", "desks"),
    [
        ("inspector", {"outlets", "terminals", "disputes"}),
        ("outlets-officer", {"outlets", "terminals"}),
        ("governor", {"outlets", "clinic_terminals"}),
        ("disputes-approver", {"disputes"}),
        ("security-officer", {"terminals", "clinic_terminals"}),
        ("complaints-officer", set()),
    ],
)
def test_desks_are_in_the_menu_of_whom_they_are_for(role: str, desks: set[str]) -> None:
    own = {"outlets", "terminals", "clinic_terminals", "disputes"}
    assert {entry.text for entry in menu(frozenset(PEOPLE[role].scopes))} & own == desks
