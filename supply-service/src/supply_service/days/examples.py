"""Examples of an outlet's days, so far (X) and closed (Z), for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

_SOLD: Final[dict[str, JsonValue]] = {
    "redemptions": 1,
    "reversals": 0,
    "loaves": 0,
    "goods_amount": 10000,
    "cash_amount": 0,
    "wallet_amount": 1070,
}
SO_FAR: Final[dict[str, JsonValue]] = {
    **_SOLD,
    "outlet_id": "0193a1c2-0000-7000-8000-00000000000b",
    "business_day": "2026-11-05",
    "closed": False,
    "closed_at": None,
    "closed_by": None,
    "late": [],
    "claims": [],
    "terminals": [{"terminal_id": "0193a1c2-0000-7000-8000-00000000000a", **_SOLD}],
    "free": {"sales": 1, "reversals": 0, "loaves": 10, "amount": 1400},
}
CLOSED: Final[dict[str, JsonValue]] = {
    **SO_FAR,
    "closed": True,
    "closed_at": "2026-11-05T18:30:00Z",
    "closed_by": "0193a1c2-0000-7000-8000-00000000000a",
}
LISTED: Final[dict[str, JsonValue]] = {
    "items": [
        {
            "business_day": "2026-11-05",
            "closed_at": "2026-11-05T18:30:00Z",
            "closed_by": "0193a1c2-0000-7000-8000-00000000000a",
            "redemptions": 1,
            "reversals": 0,
            "loaves": 0,
            "goods_amount": 10000,
            "cash_amount": 0,
        }
    ],
    "next": None,
}
