"""What a stranger tries on a pick-up site's hours, closures and slots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chassis.clock import business_day
from chassis.testing_walk import Call

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
