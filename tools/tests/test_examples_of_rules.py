"""Every example that the second reading of the rules has for households and cover is lived end to end, as a row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

E2E = Path(__file__).parents[2] / "tests" / "e2e"
TABLES: Final = ("lives.py", "cover.py")
_ROW = re.compile(r'\b(?:Life|Example)\(\s*"(?P<numbers>[23]\.\d+(?: [a-h](?= ))?(?:, [23]\.\d+(?: [a-h](?= ))?)*) ')
FAULTS: Final = {f"2.{n}" for n in (1, 2, 3, 4, 5, 9, 10, 11, 12, 16, 18, 22, 23)}
RULES: Final = {f"3.{n}" for n in (1, 2, 3, 14, 16)}
PARTS_OF_COVER: Final = set("abcdefgh")  # of 3.14


def told(text: str) -> list[str]:
    """The numbers that rows begin with, such as `2.9, 3.14 c`."""
    return [match["numbers"] for match in _ROW.finditer(text)]


def test_every_example_is_a_row_of_a_table() -> None:
    rows = [row for name in TABLES for row in told((E2E / name).read_text(encoding="utf-8"))]
    assert {number for row in rows for number in re.findall(r"[23]\.\d+", row)} >= FAULTS | RULES
    assert set(re.findall(r"3\.14 ([a-h])\b", " ".join(f"{row} " for row in rows))) == PARTS_OF_COVER


def test_rows_are_read_by_their_numbers() -> None:
    assert told('Life("2.18, 3.2 one of four leaves"') == ["2.18, 3.2"]
    assert told('Example("2.9, 3.14 c bounds of wage"') == ["2.9, 3.14 c"]
    assert told('Example("a row without numbers"') == []
