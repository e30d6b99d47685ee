"""Example of a catalogue, for the API's document."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

CATALOGUE: Final[dict[str, JsonValue]] = {
    "on": "2026-11-05",
    "price_list": "8d9c3a55bd0d6f51d11b08be857dcc40844713c8c227d718c70817c936783205",
    "items": [
        {
            "item": "loaf",
            "name_ar": "رغيف خبز مدعم",
            "name_en": "Subsidised loaf",
            "unit": "piece",
            "content": 1,
            "prices": {"bread": 20},
            "free_price": 140,
            "limit_group": None,
            "limit": None,
        },
        {
            "item": "oil",
            "name_ar": "زيت 800 مل",
            "name_en": "Oil 800 ml",
            "unit": "millilitre",
            "content": 800,
            "prices": {"bread_points": 3000, "goods": 3000},
            "limit_group": "oil",
            "limit": {"units_each": 1, "per_person": 1, "per_card": 4, "by_members": None},
        },
    ],
    "grants": [],
    "next": None,
}
