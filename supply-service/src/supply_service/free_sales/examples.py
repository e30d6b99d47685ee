"""Examples of sales at the free price, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

SALE: Final[dict[str, JsonValue]] = {"lines": [{"item": "loaf", "quantity": 10}]}
REASON: Final[dict[str, JsonValue]] = {"reason": "customer_left"}
SOLD: Final[dict[str, JsonValue]] = {
    "free_sale_id": "0193a1c2-0000-7000-8000-000000000031",
    "outlet_id": "0193a1c2-0000-7000-8000-00000000000b",
    "terminal_id": "0193a1c2-0000-7000-8000-00000000000a",
    "business_day": "2026-11-05",
    "sold_at": "2026-11-05T08:10:07.560986Z",
    "lines": [{"item": "loaf", "quantity": 10, "price": 140, "amount": 1400}],
    "loaves": 10,
    "amount": 1400,
    "reversed_at": None,
    "reason": None,
}
SALES: Final[dict[str, JsonValue]] = {"items": [SOLD], "next": None}
