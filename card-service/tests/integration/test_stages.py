"""Phases opened by decision: their stages, gates that refuse by name and figure, and what lets one pass."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from approvals.testing import decide
from card_service import POLICIES

from ..rollouts import APPROVE, RESOLUTION, WRITE, approved, opened, passed

if TYPE_CHECKING:
    from pathlib import Path

    from card_service.settings import Settings

    from ..conftest import Office, OpenOffice

MakeSettings = Callable[..., "Awaitable[Settings]"]

PLAN = {"week_start": "2027-01-02", "limit": 10, "holders": "heads"}
ORDER = {"holders": "heads", "services": ["supply"]}


def gate_of(found: dict[str, Any], stage: str) -> dict[str, Any]:
    (gate,) = [one for one in found["gates"] if one["stage"] == stage]
    return dict(gate)


async def test_a_phase_opens_on_a_decision_that_two_have_recorded(office: Office) -> None:
    phase_id = await office.phase()
    path = f"/v1/rollout-phases/{phase_id}"
    before = await office.call("GET", path, WRITE)
    assert (before["stage"], before["opened_by"], before["opened_at"]) == ("prepare", None, None)
    late = RESOLUTION | {"decided_on": "2999-01-01"}
    assert (await office.call("POST", f"{path}/opening", WRITE, json=late, expect=422))["code"] == "decision_in_future"
    early = await office.call("POST", f"{path}/stage", WRITE, json={"stage": "trial"}, expect=409)
    assert early["code"] == "phase_not_opened"
    made = await office.call("POST", f"{path}/opening", WRITE, json=RESOLUTION, expect=202)
    assert (await office.call("GET", path, WRITE))["opened_by"] is None, "one person opens nothing"
    await decide(office.client, office.issuer, "card", made["proposal_id"], APPROVE)
    after = await office.call("GET", path, WRITE)
    assert after["opened_by"] == RESOLUTION
    assert after["opened_at"] is not None
    again = await office.call("POST", f"{path}/opening", WRITE, json=RESOLUTION, expect=409)
    assert again["code"] == "phase_opened"
    assert gate_of(await office.call("GET", f"{path}/gates", "rollout:read"), "prepare")["entered"]


async def test_work_waits_for_its_stage_once_a_phase_is_opened(office: Office) -> None:
    path = await opened(office, await office.phase())
    refused = await office.call("POST", f"{path}/pickup-plans", WRITE, json=PLAN, expect=409)
    assert (refused["code"], refused["stage"], refused["needed"]) == ("stage_not_reached", "prepare", "distribution")
    await passed(office, path, "trial", "distribution")
    await office.call("POST", f"{path}/pickup-plans", WRITE, json=PLAN, expect=202)
    refused = await office.call("POST", f"{path}/activations", WRITE, json=ORDER, expect=409)
    assert (refused["code"], refused["needed"]) == ("stage_not_reached", "activation")
    told = await office.events("RolloutPhaseChanged", path.rsplit("/", 1)[1])
    assert [(one["state"], one["stage"]) for one in told] == [
        ("planned", "prepare"),
        ("planned", "prepare"),
        ("planned", "trial"),
        ("planned", "distribution"),
        ("distributing", "distribution"),
    ]


async def test_a_stage_is_not_skipped_and_a_paused_phase_stands_still(office: Office) -> None:
    path = await opened(office, await office.phase())
    skipped = await office.call("POST", f"{path}/stage", WRITE, json={"stage": "distribution"}, expect=409)
    assert (skipped["code"], skipped["next"]) == ("stage_not_next", "trial")
    await office.call("POST", f"{path}/pause", WRITE)
    assert (await office.call("POST", f"{path}/stage", WRITE, json={"stage": "trial"}, expect=409))["code"] == (
        "phase_paused"
    )
    assert (await office.call("POST", f"{path}/resumption", WRITE))["state"] == "planned"


async def test_a_gate_names_what_is_not_met_and_by_how_much(open_office: OpenOffice) -> None:
    async with open_office() as office:
        await office.site(hourly_capacity=100)
        homes = [await office.household() for _ in range(4)]
        path = await opened(office, phase_id := await office.phase())
        await passed(office, path, "trial", "distribution")
        await office.planned(phase_id)
        (card,) = await office.find(homes[0][1][0])
        await office.hand_over(card, homes[0][1][0])
        refused = await office.call("POST", f"{path}/stage", WRITE, json={"stage": "activation"}, expect=409)
        assert (refused["code"], refused["stage"]) == ("gate_not_met", "activation")
        assert refused["title_ar"]
        assert "الأسر" in refused["detail_ar"]
        (unmet,) = refused["conditions"]
        assert (unmet["indicator"], unmet["at_least"], unmet["value"]) == ("households_collected", "0.50", "0.2500")
        assert unmet["short_by"] == "0.2500"
        (shown,) = [
            one
            for one in gate_of(await office.call("GET", f"{path}/gates", "rollout:read"), "activation")["conditions"]
            if one["indicator"] == "households_collected"
        ]
        assert (shown["part"], shown["whole"], shown["met"], shown["better"]) == ("1", "4", False, "more")
        (second,) = await office.find(homes[1][1][0])
        await office.hand_over(second, homes[1][1][0])
        moved = await office.call("POST", f"{path}/stage", WRITE, json={"stage": "activation"})
        assert moved["stage"] == "activation"
        kept = await office.fetch(
            "SELECT conditions #>> '{0,indicator}' AS first FROM stage_reached WHERE phase_id = $1::text::uuid"
            " AND stage = 'activation'",
            phase_id,
        )
        assert kept[0]["first"] == "households_collected", "what the gate measured is kept"
        assert (await office.activated(phase_id))["activated"] == 2
        states = await office.call("GET", path, WRITE)
        assert (states["state"], states["stage"]) == ("active", "activation"), "live is a gate of its own"
        unsold = await office.call("POST", f"{path}/stage", WRITE, json={"stage": "live"}, expect=409)
        (unmet,) = unsold["conditions"]
        assert (unmet["indicator"], unmet["value"], unmet["short_by"]) == ("failed_sales", None, None), "no sale yet"
        await passed(office, path, "live")
        early = await office.call("POST", f"{path}/stage", WRITE, json={"stage": "review"}, expect=409)
        lacking = {one["indicator"]: (one["value"], one["short_by"]) for one in early["conditions"]}
        assert lacking == {"days_in_stage": ("0", "30"), "households_using": ("0.0000", "0.6000")}


async def test_a_gate_is_passed_by_a_decision_of_two_with_its_reason(office: Office) -> None:
    path = await opened(office, await office.phase())
    body = RESOLUTION | {"stage": "trial", "reason": "the sites open next week"}
    made = await office.call("POST", f"{path}/gate-passes", WRITE, json=body, expect=202)
    await decide(office.client, office.issuer, "card", made["proposal_id"], APPROVE)
    gate = gate_of(await office.call("GET", f"{path}/gates", "rollout:read"), "trial")
    assert gate["open"]
    assert gate["passed"] | RESOLUTION == gate["passed"]
    assert gate["passed"]["reason"] == "the sites open next week"
    again = await office.call("POST", f"{path}/gate-passes", WRITE, json=body, expect=409)
    assert again["code"] == "gate_passed"


async def test_the_second_governorate_waits_for_the_first(open_office: OpenOffice) -> None:
    async with open_office() as office:
        first = await opened(office, await office.phase())
        second = f"/v1/rollout-phases/{await office.phase(governorate='29')}"
        refused = await office.call("POST", f"{second}/opening", WRITE, json=RESOLUTION, expect=409)
        assert refused["code"] == "gate_not_met"
        found = {one["indicator"]: one for one in refused["conditions"]}
        assert (found["governorates_behind"]["value"], found["governorates_behind"]["short_by"]) == ("1", "1")
        assert found["households_collected"]["phase_id"] == first.rsplit("/", 1)[1], "measured of the phase before"
        await approved(office, f"{second}/gate-passes", RESOLUTION | {"stage": "prepare", "reason": "both at once"})
        await opened(office, second.rsplit("/", 1)[1])
        assert (await office.call("GET", second, WRITE))["opened_by"] == RESOLUTION


async def test_where_a_policy_wants_a_decision_no_work_is_ordered_without(
    open_office: OpenOffice, make_settings: MakeSettings, tmp_path: Path
) -> None:
    policies = shutil.copytree(POLICIES, tmp_path / "policies")
    rows = (policies / "rollout.yaml").read_text("utf-8")
    strict = rows.replace(
        "key: rollout.opening_decided\n    value: false", "key: rollout.opening_decided\n    value: true"
    )
    strict = strict.replace('{governorate: "27"}', '{governorate: "88"}')
    (policies / "rollout.yaml").write_text(strict, "utf-8")
    async with open_office(await make_settings(policies=policies)) as office:
        path = f"/v1/rollout-phases/{await office.phase()}"
        for work, body in (("pickup-plans", PLAN), ("activations", ORDER)):
            refused = await office.call("POST", f"{path}/{work}", WRITE, json=body, expect=409)
            assert (refused["code"], bool(refused["title_ar"])) == ("phase_not_opened", True)
        unplaced = f"/v1/rollout-phases/{await office.phase(governorate='27')}/opening"
        refused = await office.call("POST", unplaced, WRITE, json=RESOLUTION, expect=409)
        assert refused["code"] == "governorate_not_in_sequence"
