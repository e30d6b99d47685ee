"""The columns of a file: their heads in both languages, and the words that stand for states."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from card_service.exports.models import Language

HEADS: Final = (
    ("رقم الأسرة", "household id"),
    ("كود المحافظة", "governorate"),
    ("كود القسم أو المركز", "district"),
    ("العنوان", "address"),
    ("حالة الأسرة", "household status"),
    ("عدد الأفراد", "members"),
    ("تاريخ التسجيل", "registered on"),
    ("رب الأسرة", "head"),
    ("الرقم القومي", "national id"),
    ("الهاتف المحمول", "mobile"),
    ("رقم الكارت", "card number"),
    ("حالة الكارت", "card state"),
    ("مكان الاستلام", "pick-up site"),
)
RESTRICTED: Final = ("استخدام البيانات مقيد", "use of the data is restricted")
_STATES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "household.active": ("سارية", "in force"),
        "household.ended": ("منتهية", "ended"),
        "card.requested": ("مطلوب", "requested"),
        "card.approved": ("معتمد", "approved"),
        "card.in_production": ("تحت الطباعة", "in production"),
        "card.produced": ("طُبع", "produced"),
        "card.in_stock": ("في مكان الاستلام", "at the pick-up site"),
        "card.issued": ("سُلّم ولم يُفعّل", "handed over"),
        "card.active": ("يعمل", "active"),
        "card.blocked": ("موقوف", "blocked"),
        "card.replaced": ("استُبدل", "replaced"),
        "card.closed": ("مغلق", "closed"),
        "card.expired": ("انتهت مدته", "expired"),
    }
)


def said(both: tuple[str, str], language: Language) -> str:
    """A pair of words in a language."""
    return both[0 if language == "ar" else 1]


def heads(language: Language) -> list[str]:
    """The first line."""
    return [said(both, language) for both in HEADS]


def state(kind: str, word: str, language: Language) -> str:
    """A state in a language; `kind`: household or card."""
    return said(_STATES[f"{kind}.{word}"], language)
