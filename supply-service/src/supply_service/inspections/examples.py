"""Example of bread that an inspector let a bakery sell, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

DRAWS: Final[dict[str, JsonValue]] = {
    "items": [
        {
            "draw_id": "0193a1c2-0000-7000-8000-000000000041",
            "outlet_id": "0193a1c2-0000-7000-8000-00000000000b",
            "business_day": "2026-11-05",
            "loaves": 100,
            "amount": 2000,
            "reason": "cards not handed over yet in the district",
            "drawn_by": "4d2c",
            "drawn_at": "2026-11-05T08:10:07.560986Z",
            "withdrawn_by": None,
            "withdrawn_at": None,
        }
    ],
    "next": None,
}
