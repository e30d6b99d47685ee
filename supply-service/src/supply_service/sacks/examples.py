"""Examples of deliveries of flour, balances and findings, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

_OUTLET: Final = "0193a1c2-0000-7000-8000-00000000000b"
_LOAVES: Final[dict[str, JsonValue]] = {
    "sacks": 20, "expected": 14500, "sold": 14000, "missing": 500, "allowed": 290,
}  # fmt: skip

DELIVERIES: Final[dict[str, JsonValue]] = {
    "items": [
        {
            "delivery_id": "0193a1c2-0000-7000-8000-000000000021",
            "outlet_id": _OUTLET,
            "delivered_on": "2026-11-05",
            "sacks": 20,
            "reference": "waybill 4711",
            "entered_by": "outlets",
            "entered_at": "2026-11-05T08:10:07.560986Z",
            "withdrawn_by": None,
            "withdrawn_at": None,
            "withdrawal_reason": None,
        }
    ],
    "next": None,
}
BALANCES: Final[dict[str, JsonValue]] = {
    "items": [{**_LOAVES, "outlet_id": _OUTLET, "flagged": True}],
    "next": None,
}
FINDINGS: Final[dict[str, JsonValue]] = {
    "items": [
        {
            **_LOAVES,
            "finding_id": "0193a1c2-0000-7000-8000-000000000022",
            "outlet_id": _OUTLET,
            "month": "2026-11",
            "found_at": "2026-12-08T01:20:07.560986Z",
            "followed_by": None,
            "followed_at": None,
            "note": None,
        }
    ],
    "next": None,
}
