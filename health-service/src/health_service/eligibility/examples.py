"""Examples of what a clinic's terminal asks before a visit, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

ASKED: Final[dict[str, JsonValue]] = {
    "card_id": "0193a1c2-0000-7000-8000-000000000002",
    "service": "medicines",
}
COVERED: Final[dict[str, JsonValue]] = {
    "card_id": ASKED["card_id"],
    "household_id": "0193a1c2-0000-7000-8000-000000000003",
    "patient_id": "0193a1c2-0000-7000-8000-000000000022",
    "covered": True,
    "state": "active",
    "since": "2026-07-01",
    "exempt": False,
    "exemption": None,
    "services": [
        {
            "service": "medicines",
            "rate": "0.10",
            "fixed": None,
            "cap": 100000,
            "cap_period": "each_time",
            "cap_left": 100000,
            "currency": "EGP",
        }
    ],
    "members": [
        {
            "citizen_id": "0193a1c2-0000-7000-8000-000000000022",
            "is_head": True,
            "birth_year": 1970,
            "insured": True,
        }
    ],
    "reasons": [],
}
