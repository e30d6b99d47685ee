"""Numbers as spreadsheets ruin them: an id of 12 digits or more is kept as a number with 15 digits, shown rounded."""

from __future__ import annotations

import re
from typing import Final

_SCIENTIFIC: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]{1,3}")
_FRACTION: Final = re.compile(r"[0-9]{9,}[.,]0+")
_SHORTENED: Final = re.compile(r"[1-9][0-9]{0,6}0{7,}")


def ruined(number: str) -> bool:
    """Whether a text of Western digits is a long number that a spreadsheet has rounded.

    `2.90101E+13` as it is shown, `29010112345670.0` as a number with a fraction, `29010100000000` where what was shown
    was saved and read again: its last digits are lost.
    """
    return any(form.fullmatch(number) for form in (_SCIENTIFIC, _FRACTION, _SHORTENED))
