"""What every service leaves out of a written text before it reads it: invisible marks, foreign letters and digits.

The one list of invisible marks (Unicode's format characters and what else a renderer leaves out) is here, and the one
way to fold letters that writers vary; no other module keeps one of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

# Format characters (Cf) but the Arabic signs that are seen, and the other code points that Unicode lets a renderer
# leave out (Default_Ignorable_Code_Point): soft hyphen, zero-width characters, directional marks, embeddings and
# isolates, fillers, variation selectors, tags. They come with copied text and mean nothing. For `str.translate`.
INVISIBLE: Final[Mapping[int, None]] = dict.fromkeys(
    [
        *(0x00AD, 0x034F, 0x061C, 0x070F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
        *range(0xFFF0, 0xFFFC),
        *range(0x1BCA0, 0x1BCA4),
        *range(0x1D173, 0x1D17B),
        *range(0xE0000, 0xE1000),
    ]
)
_NO_CHARACTER: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
TATWEEL: Final = 0x0640  # lengthens a word's line and means nothing
_NUMBERS = {**INVISIBLE, **str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")}
# Letters of other keyboards, and of Egyptian spelling, for those they are typed instead of. Hamzas on a seat are not
# among them: decomposed, they are the seat and a mark.
_ONE_LETTER = str.maketrans(
    {
        **dict.fromkeys("ٱٲٳٵ", "ا"),
        **dict.fromkeys("ىیېۍےۓؠ", "ي"),
        **dict.fromkeys("ةہھەۃ", "ه"),
        **dict.fromkeys("کڪگ", "ك"),
        **dict.fromkeys("ۆۇۋ", "و"),
        "پ": "ب",
        "چ": "ج",
        "ڤ": "ف",
        "ژ": "ز",
        "ـ": None,
    }
)


def unreadable(text: str) -> bool:
    """Whether a text has code points that are no characters: controls, lone halves of a pair."""
    return not text.isprintable() and _NO_CHARACTER.search(text) is not None


def normalise_digits(text: str) -> str:
    """Western digits for Arabic-Indic and Persian ones; invisible marks and the blanks around left out."""
    return text.strip() if text.isascii() else text.translate(_NUMBERS).strip()


def fold(text: str) -> str:
    """A text without what writers vary, for comparing only: it is never shown.

    Presentation forms and ligatures as their letters, no hamza on a seat, ى as ي, ة as ه, Persian and other letters as
    the Arabic ones they stand for, Western digits, lower case; no vowel marks, tatweel, invisible marks.
    """
    while not text.isascii():
        folded = _folded(text)
        if folded == text:
            return text
        text = folded  # what was left out may have stood between two that belong together
    return text.lower()


def _folded(text: str) -> str:
    if _LETTERS.fullmatch(text) is not None:
        return text.translate(_FOLDED_LETTERS)
    return _folded_by_parts(text)


def _folded_by_parts(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_NUMBERS)).casefold()
    bare = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFKC", bare).translate(_ONE_LETTER)


# Nearly every name: letters and vowel marks that are folded one by one, whatever stands beside them, in one step.
_PLAIN: Final = "A-Za-z0-9 .'\u0621-\u063a\u0640-\u0652-"
_LETTERS: Final = re.compile(f"[{_PLAIN}]+")
_FOLDED_LETTERS: Final = {
    code: _folded_by_parts(chr(code)) for code in range(0x0653) if _LETTERS.fullmatch(chr(code)) is not None
}
