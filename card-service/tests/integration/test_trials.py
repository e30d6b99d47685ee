"""Trials on sample units: what is of one is flagged for good, its script is seen, and nothing of it counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.trials.service import outcome_of
from chassis.consumer import Received
from chassis.ids import new_id
from chassis.testing import check_pages
from contracts.event import Event
from contracts.health import ProviderRegistered, ProviderRestated
from contracts.supply import OutletRegistered, OutletRestated
from contracts.trials import TrialPaymentSeen, TrialSaleSeen, TrialVisitSeen

from ..trials import TRIALS, WRITE, Running, opened
from .test_stock import COUNT, moves, stock

if TYPE_CHECKING:
    from ..conftest import Office

AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
SALES = ("draw_bread", "draw_goods", "offline_draw", "reversal")


@pytest.fixture
async def trial(office: Office) -> Running:
    return await opened(office)


async def hear(office: Office, *events: Event) -> None:
    """Hand events to the service as its consumer does."""
    from card_service.consumers import reactions

    received = [Received(event, new_id(), AT, event.partition_key()) for event in events]
    async with office.runtime.sessions() as session, session.begin():
        await reactions.handle(received, session, office.runtime)


def sales(household: str, *steps: str) -> list[TrialSaleSeen]:
    return [
        TrialSaleSeen(
            source_id=new_id(), household_id=UUID(household), card_id=new_id(), outlet_id=new_id(), step=step,
            occurred_at=AT,
        )
        for step in steps
    ]  # fmt: skip


async def outcome(trial: Running) -> tuple[str, dict[str, str]]:
    """What a trial comes to, and each of its steps."""
    found = await trial.report()
    return found["outcome"], {one["step"]: one["outcome"] for one in found["steps"]}


async def test_the_script_is_seen_by_the_system_and_by_people(office: Office, trial: Running) -> None:
    assert (await outcome(trial))[0] == "open"
    made, _ = await trial.handed_over()
    assert (await outcome(trial))[1]["hand_over"] == "passed"
    card = made["card_id"]
    await office.call("PUT", f"/v1/cards/{card}/pin", "cards:handover", json=await office.setting(card, "4826"))
    assert (await outcome(trial))[1]["set_pin"] == "passed"
    home = made["household_id"]
    seen = sales(home, *SALES)
    await hear(office, *seen)
    await hear(office, *seen)
    assert (await trial.report())["steps"][0]["passed"] == 1, "once, whoever tells it again"
    visit = TrialVisitSeen(encounter_id=new_id(), household_id=UUID(home), occurred_at=AT)
    await hear(office, visit, TrialPaymentSeen(payment_id=new_id(), household_id=UUID(home), captured_at=AT))
    whole, steps = await outcome(trial)
    assert (whole, set(steps.values())) == ("passed", {"passed"})
    async with office.runtime.sessions() as session:
        assert await outcome_of(session, office.runtime.state.dependencies, "03") == "passed"
        assert await outcome_of(session, office.runtime.state.dependencies, "19") is None
    await trial.post("checks", {"step": "offline_draw", "result": "failed", "note": "the clock was wrong"}, 201)
    assert (await outcome(trial))[0] == "failed"
    await trial.post("checks", {"step": "offline_draw", "result": "passed"}, 201)
    assert (await outcome(trial))[0] == "passed"


async def test_what_others_do_is_no_check(office: Office, trial: Running) -> None:
    home, _ = await office.household()
    await hear(office, *sales(home["household_id"], *SALES))
    assert set((await outcome(trial))[1].values()) == {"open"}


async def test_a_test_household_is_told_as_one_and_its_card_active(office: Office, trial: Running) -> None:
    made, _ = await trial.handed_over()
    told = await office.events("HouseholdChanged", made["household_id"])
    assert [one.get("trial") for one in told][-1] is True
    assert (await trial.post("activation", {"services": ["supply", "health"]}))["activated"] == 1
    (active,) = await office.events("CardActivated", made["household_id"])
    assert (active["phase_id"], active["services"]) == (None, ["health", "supply"])
    assert (await trial.post("activation", {"services": ["supply"]}))["activated"] == 0
    real, _ = await office.household()
    assert not any(one.get("trial") for one in await office.events("HouseholdChanged", real["household_id"]))


async def test_it_is_in_no_figure_of_the_roll_out_and_in_no_plan(office: Office, trial: Running) -> None:
    phase = await office.phase()
    path = f"/v1/rollout-phases/{phase}"

    async def registered() -> tuple[int, int]:
        counted = (await office.call("GET", path, "rollout:read"))["counters"]
        return counted["registered_households"], counted["registered_citizens"]

    before = await registered()
    made, _ = await trial.household()
    assert await registered() == before
    await trial.post("closing")
    await office.planned(phase)
    cards = await office.fetch("SELECT state FROM card WHERE household_id = $1::text::uuid", made["household_id"])
    assert [one["state"] for one in cards] == ["closed"], "a plan gives a test household no other card"


async def test_its_cards_are_shown_apart_from_the_stock_of_their_site(office: Office, trial: Running) -> None:
    site = trial.site["site_id"]
    await trial.household()
    made, _ = await trial.household()
    found = await stock(office, site)
    assert (moves(found), found["of_trials"]) == ([0] * 7, 2)
    path = f"/v1/pickup-sites/{site}/stock-counts"
    given = {"counted": 1, "card_ids": [made["card_id"]]}
    counted = await office.call("POST", path, COUNT, json=given, claims={"site_id": site})
    assert (counted["count"]["expected"], counted["count"]["counted"], counted["count"]["cards"]) == (0, 0, [])
    await trial.handed_over()
    found = await stock(office, site)
    assert (moves(found), found["of_trials"]) == ([0] * 7, 2)


async def test_its_sms_go_to_its_own_numbers(office: Office, trial: Running) -> None:
    person = office.person()
    refused = await trial.post("households", trial.body(person), 422)
    assert refused["code"] == "mobile_not_of_trial"
    assert (await trial.post("numbers", {"mobiles": [person["mobile"], "+20 10 1234 5678"]}, 201))["numbers"] == 2
    made = await trial.post("households", trial.body(person), 201)
    await trial.post("households", trial.body(office.person(mobile=None)), 201)
    other = await opened(office)
    assert (await other.post("households", other.body(office.person(mobile=person["mobile"])), 422))["code"] == (
        "mobile_not_of_trial"
    )
    (head,) = await office.fetch(
        "SELECT citizen_id FROM citizen WHERE household_id = $1::text::uuid", made["household_id"]
    )
    who = {"household_id": made["household_id"], "citizen_id": str(head["citizen_id"]), "fact_on": "2026-11-01"}
    change = {"kind": "mobile", "mobile": "01234567890", "proof": "counter", **who}
    body = {"change": change, "archive_references": ["archive:1"]}
    kept = await office.call("POST", "/v1/change-requests", "requests:write", json=body, expect=409)
    assert kept["code"] == "trial_household"


async def test_what_trials_refuse(office: Office, trial: Running) -> None:
    async def refused(code: str, what: str, expect: int, body: dict[str, Any] | None = None) -> None:
        found = await trial.post(what, body, expect)
        assert found["code"] == code
        assert found["title_ar"]

    person = office.person(mobile=None)
    elsewhere = await office.site(f"Elsewhere {office.serial}")
    await refused("trial_site_elsewhere", "households", 422, trial.body(person) | {"site_id": elsewhere["site_id"]})
    away = trial.body(person, governorate="19", district="19.01")
    await refused("trial_site_elsewhere", "households", 422, away)
    await refused("mobile_not_of_trial", "numbers", 422, {"mobiles": ["0223456789"]})
    await refused("trial_step_unknown", "checks", 422, {"step": "dance", "result": "passed"})
    name = {"name": (await trial.report())["name"], "governorate": "03"}
    twice = await office.call("POST", TRIALS, WRITE, json=name, expect=409)
    assert twice["code"] == "trial_name_taken"
    missing = Running(office, str(new_id()), trial.site)
    assert (await missing.post("closing", expect=404))["code"] == "trial_not_found"
    await trial.post("closing")
    for what, body in (
        ("closing", None),
        ("units", {"unit_kind": "outlet", "unit_id": str(new_id())}),
        ("numbers", {"mobiles": ["01012345678"]}),
        ("households", trial.body(person)),
        ("activation", {"services": ["supply"]}),
        ("checks", {"step": "visit", "result": "passed"}),
    ):
        await refused("trial_closed", what, 409, body)


async def test_only_what_was_registered_for_trials_is_a_unit(office: Office, trial: Running) -> None:
    test, real, away, test_clinic, real_clinic = (new_id() for _ in range(5))
    await hear(
        office,
        *(
            OutletRegistered(outlet_id=one, kind="bakery", governorate=where, district=f"{where}.02", trial=flag)
            for one, where, flag in ((test, "03", True), (real, "03", False), (away, "19", True))
        ),
        ProviderRegistered(provider_id=test_clinic, kind="hospital", governorate="03", trial=True),
        ProviderRegistered(provider_id=real_clinic, kind="hospital", governorate="03"),
    )
    elsewhere = await office.site(f"In Suez {office.serial}", governorate="04")

    async def add(kind: str, one: object, expect: int) -> dict[str, Any]:
        found: dict[str, Any] = await trial.post("units", {"unit_kind": kind, "unit_id": str(one)}, expect)
        return found

    for kind, one in (
        ("outlet", real), ("outlet", away), ("outlet", new_id()), ("outlet", test_clinic), ("provider", real_clinic),
        ("provider", test), ("site", elsewhere["site_id"]), ("site", test),
    ):  # fmt: skip
        refused = await add(kind, one, 422)
        assert (refused["code"], bool(refused["title_ar"])) == ("unit_not_for_trials", True)
    await add("outlet", test, 201)
    report = await add("provider", test_clinic, 201)
    assert {one["unit_id"] for one in report["units"]} == {str(test), str(test_clinic), trial.site["site_id"]}


async def test_places_of_trials_are_known_when_they_are_told_again(office: Office, trial: Running) -> None:
    outlet, clinic = new_id(), new_id()
    await hear(
        office,
        OutletRestated(
            restatement_id=new_id(), outlet_id=outlet, kind="grocer", governorate="03", district="03.02", trial=True
        ),
        ProviderRestated(restatement_id=new_id(), provider_id=clinic, kind="hospital", governorate="03", trial=True),
    )
    for kind, one in (("outlet", outlet), ("provider", clinic)):
        await trial.post("units", {"unit_kind": kind, "unit_id": str(one)}, 201)


async def test_the_list(office: Office) -> None:
    for _ in range(3):
        await opened(office)
    found = await check_pages(office.client, office.issuer.headers("ministry", WRITE), TRIALS)
    assert len(found) >= 3
