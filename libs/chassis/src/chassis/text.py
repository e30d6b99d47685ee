"""What every service leaves out of a written text before it reads it: invisible marks, foreign shapes of digits."""

from __future__ import annotations

from collections.abc import Mapping

# Soft hyphen, zero-width characters, directional marks, embeddings and isolates: they come with copied text and mean
# nothing. For `str.translate`.
INVISIBLE: Mapping[int, None] = dict.fromkeys(
    [0x00AD, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
_NUMBERS = {**INVISIBLE, **str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")}


def normalise_digits(text: str) -> str:
    """Western digits for Arabic-Indic and Persian ones; invisible marks and the blanks around left out."""
    return text.strip() if text.isascii() else text.translate(_NUMBERS).strip()
