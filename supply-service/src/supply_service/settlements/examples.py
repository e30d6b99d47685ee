"""Example of what a closed day comes to, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

SETTLEMENTS: Final[dict[str, JsonValue]] = {
    "items": [
        {
            "settlement_id": "0193a1c2-0000-7000-8000-00000000000c",
            "outlet_id": "0193a1c2-0000-7000-8000-00000000000b",
            "outlet_name_ar": "بقالة النور",
            "outlet_name_en": "Al Nour Grocery",
            "governorate": "03",
            "business_day": "2026-11-05",
            "state": "calculated",
            "amount": 10000,
            "reason": None,
            "calculated_at": "2026-11-05T18:30:00Z",
            "components": [
                {
                    "kind": "goods",
                    "sold_on": "2026-11-05",
                    "quantity": 10000,
                    "rate": "1",
                    "amount": 10000,
                    "legal_reference": "of the rate's row",
                    "claimed": False,
                }
            ],
            "levies": [],
        }
    ],
    "next": None,
}
