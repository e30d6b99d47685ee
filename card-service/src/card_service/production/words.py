"""What a mismatch is called, in English and Arabic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from card_service.production.judging import Fault

WORDS: Final[Mapping[Fault, tuple[str, str]]] = {
    Fault.CARD_UNKNOWN: ("no such card is in the batch", "لا يوجد هذا الكارت في الدفعة"),
    Fault.CARD_DONE: ("the card was returned before", "سبق استلام هذا الكارت"),
    Fault.CARD_TWICE: ("the card stands twice", "الكارت مكرر في الملف"),
    Fault.NUMBER_WRONG: ("the number is not the card's", "الرقم لا يخص هذا الكارت"),
    Fault.SERIAL_MALFORMED: ("there is no serial, or none that could be", "الرقم التسلسلي غير موجود أو غير صحيح"),
    Fault.SERIAL_TWICE: ("another card has this serial", "الرقم التسلسلي مستخدم لكارت آخر"),
    Fault.MISSING: ("the bureau has not returned the card", "لم ترد جهة الطباعة هذا الكارت"),
    Fault.SPOILED: ("spoiled at the bureau; it is made again", "تلف لدى جهة الطباعة وسيعاد إصداره"),
}
