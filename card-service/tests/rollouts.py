"""Phases opened by decision, and their calls for the walk that asks whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from approvals.testing import decide
from chassis.testing_walk import Call

if TYPE_CHECKING:
    from .conftest import Office

WRITE, APPROVE = "rollout:write", "rollout:approve"
RESOLUTION = {"authority": "مجلس الوزراء", "number": "12/2026", "decided_on": "2026-01-05", "document": "archive:12"}


async def approved(office: Office, path: str, body: dict[str, Any]) -> None:
    """Propose something of the roll-out, and have another person approve it."""
    made = await office.call("POST", path, WRITE, json=body, expect=202)
    await decide(office.client, office.issuer, "card", made["proposal_id"], APPROVE)


async def opened(office: Office, phase_id: str) -> str:
    """Open a phase by a decision: the path of the phase."""
    path = f"/v1/rollout-phases/{phase_id}"
    await approved(office, f"{path}/opening", RESOLUTION)
    return path


async def passed(office: Office, path: str, *stages: str) -> None:
    """Let a phase enter stages one after the other, each gate passed by decision."""
    for stage in stages:
        await approved(office, f"{path}/gate-passes", RESOLUTION | {"stage": stage, "reason": "a test"})
        assert (await office.call("POST", f"{path}/stage", WRITE, json={"stage": stage}))["stage"] == stage


async def stages(office: Office) -> dict[str, Call]:
    """The calls of openings, stages and gates in Port Said, which has no governorate before it."""
    fresh = f"/v1/rollout-phases/{await office.phase()}"
    path = await opened(office, await office.phase())
    await approved(office, f"{path}/gate-passes", RESOLUTION | {"stage": "trial", "reason": "a walk"})
    passing = {"json": RESOLUTION | {"stage": "distribution", "reason": "a walk"}}
    base = "/v1/rollout-phases/{phase_id}"
    _, _, phase = await office.active()
    ((activation,),) = await office.fetch("SELECT activation_id FROM activation WHERE phase_id = $1::text::uuid", phase)
    return {
        "POST /v1/activations/{activation_id}/taking-back": Call(
            f"/v1/activations/{activation}/taking-back", WRITE, body={"json": {"reason": "a walk"}}
        ),
        f"POST {base}/opening": Call(f"{fresh}/opening", WRITE, body={"json": RESOLUTION}),
        f"POST {base}/gate-passes": Call(f"{path}/gate-passes", WRITE, body=passing),
        f"POST {base}/stage": Call(f"{path}/stage", WRITE, body={"json": {"stage": "trial"}}),
        f"GET {base}/gates": Call(f"{path}/gates", "rollout:read"),
        f"GET {base}/households": Call(f"{path}/households", "rollout:read"),
        f"GET {base}/pickup-plans": Call(f"{path}/pickup-plans", "rollout:read"),
        f"GET {base}/review": Call(f"{path}/review", "rollout:read"),
        f"GET {base}/review/report": Call(f"{path}/review/report", "rollout:read"),
    }
