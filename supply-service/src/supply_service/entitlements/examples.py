"""Example of what a card has left, as a bakery's terminal is told, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

LEFT: Final[dict[str, JsonValue]] = {
    "card_id": "0193a1c2-0000-7000-8000-000000000002",
    "household_id": None,
    "card_state": "active",
    "blocked": False,
    "supply_enabled": True,
    "members": None,
    "business_day": "2026-11-05",
    "pots": [{"programme": "bread", "unit": "loaf", "period": "2026-11-01", "granted": 450, "remaining": 435}],
    "grants": [],
    "cash": [],
    "bread": {
        "daily_loaves": 15,
        "drawn_days": [],
        "drawn_today": True,
        "days_allowed": 0,
        "left_today": 0,
        "loaf_price": 20,
    },
    "limits": [],
    "owed": {},
}
