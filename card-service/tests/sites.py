"""Sites and plans: drafts that were computed, and what a stranger tries on sites' hours, closures, slots and plans."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chassis.clock import CAIRO, business_day
from chassis.testing import eventually
from chassis.testing_walk import Call

if TYPE_CHECKING:
    from .conftest import Office

_NOW = datetime.now(UTC)
_DAY = business_day(_NOW)
_HOURS = {
    "hours": [{"weekday": 6, "opens": "08:00", "closes": "15:00"}],
    "counters": 3,
    "minutes_per_visitor": 10,
}
SHUT = {
    "kind": "planned",
    "begins_at": (_NOW + timedelta(days=40)).isoformat(),
    "ends_at": (_NOW + timedelta(days=41)).isoformat(),
    "reason": "a walk",
}
_LAST_DAY = {"ends_on": f"{_DAY + timedelta(days=300)}", "reason": "a walk"}


def calls(site: str, closure: str) -> dict[str, Call | list[Call]]:
    """The calls on a site by its path, one of whose closures is given."""
    one = "/v1/pickup-sites/{site_id}"
    return {
        f"PUT {one}/hours": Call(f"{site}/hours", "sites:write", body={"json": _HOURS}),
        f"POST {one}/closures": Call(f"{site}/closures", "sites:write", body={"json": SHUT}),
        f"GET {one}/closures": Call(f"{site}/closures", "sites:read"),
        f"POST {one}/closures/{{closure_id}}/withdrawal": Call(f"{site}/closures/{closure}/withdrawal", "sites:write"),
        f"POST {one}/ending": Call(f"{site}/ending", "sites:write", body={"json": _LAST_DAY}),
        f"GET {one}/slots": Call(f"{site}/slots?from={_DAY}&to={_DAY}", "sites:read"),
    }


def saturday() -> date:
    """The Saturday of a week none of whose hours has begun."""
    today = datetime.now(CAIRO).date()
    return today + timedelta(days=(6 - today.isoweekday()) % 7 + 7)


async def drafted(office: Office, phase_id: str, **changed: Any) -> dict[str, Any]:
    """A draft of a plan, computed."""
    body = {"week_start": str(saturday()), "limit": 1000, "holders": "adults", "draft": True} | changed
    path = f"/v1/rollout-phases/{phase_id}/pickup-plans"
    made = await office.call("POST", path, "rollout:write", json=body, subject="planner")
    assert made["status"] == "drafting"

    async def computed() -> dict[str, Any] | None:
        plan: dict[str, Any] = await office.call("GET", f"/v1/pickup-plans/{made['id']}", "rollout:read")
        return plan if plan["status"] != "drafting" else None

    plan: dict[str, Any] = await eventually(computed, seconds=30)
    return plan


async def plans(office: Office) -> dict[str, Call | list[Call]]:
    """The calls on drafts of a phase of their own."""
    phase = await office.phase()
    started, dropped = [(await drafted(office, phase, limit=1))["id"] for _ in range(2)]
    one = "/v1/pickup-plans/{plan_id}"
    return {
        f"GET {one}/load": Call(f"/v1/pickup-plans/{started}/load", "rollout:read"),
        f"POST {one}/start": Call(f"/v1/pickup-plans/{started}/start", "rollout:write"),
        f"POST {one}/withdrawal": Call(f"/v1/pickup-plans/{dropped}/withdrawal", "rollout:write"),
    }
