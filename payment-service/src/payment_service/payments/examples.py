"""Examples of payments at a terminal, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

_PAYMENT: Final = "0193a1c2-0000-7000-8000-000000000005"
AUTHORIZATION: Final[dict[str, JsonValue]] = {
    "card_id": "0193a1c2-0000-7000-8000-000000000002",
    "amount": 1070,
    "reference": "sale:0193a1c2-0000-7000-8000-000000000011",
    "holder_proof": "`proof` of POST /v1/holder-proofs",
}
CAPTURE: Final[dict[str, JsonValue]] = {"amount": 1070}
REFUND: Final[dict[str, JsonValue]] = {"amount": 270, "reason": "wrong_goods"}
HELD: Final[dict[str, JsonValue]] = {
    "payment_id": _PAYMENT,
    "state": "held",
    "amount": 1070,
    "captured": 0,
    "refunded": 0,
    "reference": AUTHORIZATION["reference"],
    "expires_at": "2026-11-05T09:15:00Z",
}
CAPTURED: Final[dict[str, JsonValue]] = {**HELD, "state": "captured", "captured": 1070, "expires_at": None}
REFUNDED: Final[dict[str, JsonValue]] = {
    "refund_id": "0193a1c2-0000-7000-8000-000000000012",
    "payment_id": _PAYMENT,
    "amount": 270,
    "reference": "wrong_goods",
}
