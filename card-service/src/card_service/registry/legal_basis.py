"""Legal bases: why a household is entitled, by a code of a list. What each opens is the rules' to say."""

from __future__ import annotations

from typing import Final, Literal

LegalBasis = Literal[
    "takaful", "karama", "social_pension", "integrated_services_card", "martyr_family", "foster_family", "low_income",
    "pensioner", "widowed_or_divorced", "irregular_work", "other",
]  # fmt: skip

# Those of Directive 51 of 8 December 2022 (newborns) come first (elmashhad 147534); the others are chosen.
NAMES: Final[dict[LegalBasis, tuple[str, str]]] = {
    "takaful": ("Takaful pension", "معاش تكافل"),
    "karama": ("Karama pension", "معاش كرامة"),
    "social_pension": ("Social security pension", "معاش الضمان الاجتماعي"),
    "integrated_services_card": ("Integrated-services card", "بطاقة الخدمات المتكاملة"),
    "martyr_family": ("Family of a martyr", "أسرة شهيد"),
    "foster_family": ("Foster family", "أسرة بديلة"),
    "low_income": ("Low income", "دخل محدود"),
    "pensioner": ("Pensioner", "صاحب معاش"),
    "widowed_or_divorced": ("Widowed or divorced", "أرملة أو مطلقة"),
    "irregular_work": ("Irregular work", "عمالة غير منتظمة"),
    "other": ("Another one", "سند آخر"),
}
