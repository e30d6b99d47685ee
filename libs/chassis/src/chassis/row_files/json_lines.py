"""Rows of an NDJSON file: a JSON object a line, its members named like the columns of the CSV file.

Values are texts; whole numbers are taken as their digits, null and what is left out as empty. Numbers with a fraction
or an exponent are refused: an id that was a number on its way has lost digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson


def members_of(line: str) -> frozenset[str]:
    """What the members of a row are called; none where the line is no row."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return frozenset()
    return frozenset(row) if isinstance(row, dict) else frozenset()


def cells_of(line: str, places: Mapping[str, int], required: Sequence[str]) -> list[str] | str:
    """The cells of a row in the order of the columns, or the code of what is wrong with it."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return "row_broken_json"
    if not isinstance(row, dict):
        return "row_broken_json"
    cells = [""] * len(places)
    for name, value in row.items():
        place = places.get(name)
        if place is None:
            return "field_unknown"
        if isinstance(value, str):
            cells[place] = value
        elif isinstance(value, int) and not isinstance(value, bool):
            cells[place] = str(value)
        elif value is not None:
            return "value_not_text"
    return cells if all(name in row for name in required) else "row_incomplete"
