"""Example of a paper sheet, as it is entered and as its outlet's terminal sees it, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

_OUTLET = "0193a1c2-0000-7000-8000-00000000000b"
_CARD = "0193a1c2-0000-7000-8000-000000000002"
_LINE: Final[dict[str, JsonValue]] = {"programme": "bread", "item": "loaf", "quantity": 20, "amount": 400}
_WRITTEN: Final[dict[str, JsonValue]] = {
    "outlet_id": _OUTLET,
    "serial": "A-17",
    "day": "2026-11-05",
    "outage": "network",
    "note": "the line of the district was down from 8 to 14",
    "evidence": "archive 7, folder 12",
    "price_list": None,
}
ENTERED: Final[dict[str, JsonValue]] = {
    **_WRITTEN,
    "rows": [
        {"card_id": _CARD, "lines": [_LINE], "occurred_at": "2026-11-05T08:10:00Z", "holder_mark": True},
        {"ration_card": "031234567890", "lines": [_LINE], "occurred_at": "2026-11-05T08:25:00Z", "holder_mark": True},
    ],
}
SHEET: Final[dict[str, JsonValue]] = {
    **_WRITTEN,
    "sheet_id": "0193a1c2-0000-7000-8000-000000000010",
    "proposal_id": "0193a1c2-0000-7000-8000-000000000011",
    "rows": 1,
    "loaves": 20,
    "amount": 400,
    "state": "booked",
    "entered_by": "person:0193a1c2-0000-7000-8000-000000000012",
    "entered_at": "2026-11-05T15:00:00Z",
    "decided_by": "person:0193a1c2-0000-7000-8000-000000000013",
    "decided_at": "2026-11-06T09:00:00Z",
    "decision_reason": "the operator confirms the outage",
}
WITH_ROWS: Final[dict[str, JsonValue]] = {
    **SHEET,
    "items": [
        {
            "number": 1,
            "sale_id": "0193a1c2-0000-7000-8000-000000000014",
            "card_id": _CARD,
            "lines": [_LINE],
            "occurred_at": "2026-11-05T08:10:00Z",
            "holder_mark": True,
            "status": "applied",
            "redemption_id": "0193a1c2-0000-7000-8000-000000000015",
        }
    ],
}
PAGE: Final[dict[str, JsonValue]] = {"items": [SHEET], "next": None}
