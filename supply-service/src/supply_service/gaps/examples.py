"""Example of sales that were never uploaded, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

GAPS: Final[dict[str, JsonValue]] = {
    "items": [
        {
            "gap_id": "0193a1c2-0000-7000-8000-000000000009",
            "terminal_id": "0193a1c2-0000-7000-8000-00000000000a",
            "outlet_id": "0193a1c2-0000-7000-8000-00000000000b",
            "key": 0,
            "first": 2,
            "last": 2,
            "found_at": "2026-11-05T11:20:07.560986Z",
            "followed_by": None,
            "followed_at": None,
            "note": None,
        }
    ],
    "next": None,
}
