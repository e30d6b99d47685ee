"""Pages of policies and simulations, of what the services really answer with; what is typed becomes a policy."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from contracts.people import PEOPLE
from policybook.schemas import PolicyReply
from staff_console.pages import menu, render
from staff_console.policies import asked
from staff_console.services.client import NAMES
from staff_console.services.parts import Part
from supply_service.simulations.schemas import (
    Cost,
    Example,
    Examples,
    OfGovernorate,
    OfSize,
    Simulation,
    SimulationResult,
)
from supply_service.simulations.schemas import (
    Part as Change,
)

from .frame import FRAME

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def shown(template: str, **facts: Any) -> str:
    page = render(template, "ar", **{**FRAME, "shown": asked.shown, **facts})
    return page[page.index('<main id="content"') :]


def policy(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "policy_id": new_id(), "key": "bread.price", "scope": {"governorate": "03"}, "value": 20, "expression": None,
        "effective_from": date(2026, 1, 1), "effective_to": None, "legal_reference": "decree 7", "source": "gazette",
        "confidence": "inferred", "entered_by": "person:1", "approved_by": None, "note": "", "on_record": False,
    }  # fmt: skip
    return PolicyReply(**told | changes).model_dump(mode="json")


def simulation(state: str = "done") -> dict[str, Any]:
    cost = Cost(goods=1, loaves=2, bread=3, points=4, cash=5, grants=6, kilograms=7, flour=8, total=125_000)
    change: dict[str, Any] = {
        "households": 12, "gaining": 3, "losing": 4, "unchanged": 5, "gained": 100, "lost": 200, "dearer": 0,
        "before": cost, "after": cost,
    }  # fmt: skip
    result = SimulationResult(
        total=Change(**change),
        by_governorate=[OfGovernorate(**change, governorate="03")],
        by_size=[OfSize(**change, members=4)],
    )
    row = policy()
    entry = {name: value for name, value in row.items() if name not in {"policy_id", "entered_by", "approved_by"}}
    return Simulation.model_validate(
        {
            "simulation_id": new_id(), "proposal_id": None, "state": state, "month": date(2027, 1, 1),
            "policies": [entry], "asked_by": "person:1", "asked_at": NOW, "started_at": NOW, "finished_at": NOW,
            "looked_at": 12, "fault": None, "superseded": True, "result": result if state == "done" else None,
        }
    ).model_dump(mode="json")  # fmt: skip


def test_the_rows_of_all_services_are_shown_and_who_is_silent_is_named() -> None:
    rows = {"items": [policy(), policy(value=None, expression="4 * min_wage", scope={})], "next": "x"}
    parts = {"supply": Part("there", NOW, rows), "card": Part("silent", NOW)}
    page = shown(
        "policies", parts=parts, asked={}, typed={}, names=NAMES, whole=True, errors={},
        conditions="key=bread",
    )  # fmt: skip
    for said in ("bread.price", "4 * min_wage", "بورسعيد", "مستنتجة", "مسجلة ولا تُطبق", "لا يجيب الآن"):
        assert said in page
    assert "/console/policies?service=supply&amp;key=bread" in page


def test_a_row_has_what_was_before_and_only_who_writes_proposes() -> None:
    row = policy(approved_by="unicard pilot board")
    page = shown("policy", of="supply", policy=row, others=[row, policy()], writes=True)
    assert "اقترح قيمة جديدة" in page
    assert "unicard pilot board" in page
    assert "اقترح قيمة جديدة" not in shown("policy", of="supply", policy=row, others=[row], writes=False)
    for template in ("policy_new", "policy_withdraw"):
        facts = {"of": "supply", "policy": row, "given": {}, "errors": {}, "confidences": asked.CONFIDENCES}
        assert "bread.price" in shown(template, **facts)


@pytest.mark.parametrize("state", ["waiting", "running", "done", "failed"])
def test_a_simulation_tells_how_far_it_is_and_who_gains(state: str) -> None:
    found = simulation(state)
    cost = found["result"]["total"]["before"] if found["result"] else simulation()["result"]["total"]["before"]
    example = Example(
        household_id=new_id(), governorate="03", outcome="gains", goods_members=3, bread_members=4, category=None,
        grants=[], flour=None, undrawn=0, gain=-500, dearer=0, before=cost, after=cost,
    )  # fmt: skip
    told = Examples(simulation_id=new_id(), examples=[example]).model_dump(mode="json")
    facts = {"simulation": found, "errors": {}, "page": "/console/simulations/1"}
    page = shown("simulation", **facts, examples=Part("there", NOW, told), proposable=True)
    assert ("data-poll" in page) is (state in {"waiting", "running"})
    assert ("1,250.00" in page.split("</section>")[0]) is (state == "done")
    assert "-5.00" in page
    assert "أرسل للاعتماد" in page
    assert "القواعد بعد هذا الحساب" in page
    paper = render("simulation_paper", "ar", **{**FRAME, "simulation": found, "shown": asked.shown, "back": "/"})
    assert ("بحسب المحافظة" in paper) is (state == "done")


def test_what_is_typed_becomes_a_policy_of_the_same_kind() -> None:
    fields = {
        "value": "٢٥", "effective_from": "1/3/2027", "effective_to": "", "legal_reference": "decree 9",
        "source": "letter", "confidence": "sourced", "note": "",
    }  # fmt: skip
    body, wrong = asked.proposed(fields, policy())
    assert wrong == {}
    assert (body["value"], body["effective_from"], body["scope"]) == (25, "2027-03-01", {"governorate": "03"})
    assert "effective_to" not in body
    assert asked.proposed({**fields, "value": "2 * x"}, policy(value=None, expression="x"))[0]["expression"] == "2 * x"
    assert asked.proposed({**fields, "value": "1.5"}, policy(value="2.5"))[0]["value"] == "1.5"
    for typed, row in (("true", policy()), ("", policy()), ("{", policy(value={"a": 1})), ("1", policy(value=True))):
        assert asked.proposed({**fields, "value": typed}, row)[1] == {"value": "policy_value_unclear"}
    assert set(asked.proposed({}, policy())[1]) == {
        "value",
        "effective_from",
        "legal_reference",
        "source",
        "confidence",
    }


def test_an_address_says_which_rows_and_names_what_has_no_meaning() -> None:
    given = {"service": "moon", "key": "bread", "scope": "governorate=٠٣", "on": "2026-12-01", "assumed": "true"}
    wanted = {"key": "bread", "scope": "governorate=03", "on": "2026-12-01", "assumed": "true"}
    assert asked.read(given) == (wanted, {})
    assert set(asked.read({"key": "Bread!", "scope": "03", "on": "tomorrow"})[1]) == {"key", "scope", "on"}
    for role in ("policy-enterer", "policy-approver", "auditor"):
        assert "policies" in {entry.text for entry in menu(frozenset(PEOPLE[role].scopes))}
