"""Words for what figures are broken down by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chassis.districts import DISTRICTS

KINDS_AR: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bakery": "مخبز بلدي",
        "grocer": "بقال تمويني",
        "gameaty": "منفذ جمعيتي",
        "complex": "مجمع استهلاكي",
        "depot": "مستودع دقيق",
    }
)


def district_words(code: str) -> tuple[str, str]:
    """A district's name in English and Arabic; its code where the list does not know it."""
    known = DISTRICTS.get(code)
    return (known.name_en, known.name_ar) if known else (code, code)
