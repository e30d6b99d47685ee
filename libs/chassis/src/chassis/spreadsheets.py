"""What spreadsheets do to cells: long numbers come back rounded, and what looks like a formula is carried out."""

from __future__ import annotations

import re
from typing import Final

_SCIENTIFIC: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]{1,3}")
_FRACTION: Final = re.compile(r"[0-9]{9,}[.,]0+")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_SHORTENED: Final = re.compile(r"[1-9][0-9]{0,6}0{7,}")


def ruined(number: str) -> bool:
    """Whether a text of Western digits is a long number that a spreadsheet has rounded.

    `2.90101E+13` as it is shown, `29010112345670.0` as a number with a fraction, `29010100000000` where what was shown
    was saved and read again: its last digits are lost.
    """
    return any(form.fullmatch(number) for form in (_SCIENTIFIC, _FRACTION, _SHORTENED))


def neutral(text: str) -> str:
    """A text that a spreadsheet shows as it is: one that would begin a formula gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def plain(cell: str) -> str:
    """A cell without the apostrophe that `neutral` has put before it."""
    return cell[1:] if cell.startswith("'") and neutral(cell[1:]) != cell[1:] else cell
