"""Example of what an outlet's terminal sees in dispute, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

DISPUTES: Final[dict[str, JsonValue]] = {
    "items": [
        {
            "dispute_id": "0193a1c2-0000-7000-8000-000000000008",
            "outlet_id": "0193a1c2-0000-7000-8000-00000000000b",
            "terminal_id": "0193a1c2-0000-7000-8000-00000000000a",
            "sale_id": "0193a1c2-0000-7000-8000-000000000001",
            "redemption_id": "0193a1c2-0000-7000-8000-000000000006",
            "card_id": "0193a1c2-0000-7000-8000-000000000002",
            "reason": "household_floor",
            "lines": [
                {
                    "programme": "bread",
                    "item": "loaf",
                    "quantity": 25,
                    "amount": 500,
                    "reason": "household_floor",
                }
            ],
            "loaves": 25,
            "amount": 500,
            "business_day": "2026-11-05",
            "occurred_at": "2026-11-05T09:00:00Z",
            "found_at": "2026-11-05T11:20:07.096581Z",
            "state": "open",
            "decided_at": None,
            "decision_reason": None,
        }
    ],
    "next": None,
}
