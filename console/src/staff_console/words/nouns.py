"""Counted nouns: in Arabic the six forms of CLDR, in English two. `{}` stands for the number."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _arabic(zero: str, one: str, two: str, few: str, many: str, other: str) -> dict[str, str]:
    return {
        "zero": zero, "one": one, "two": two, "few": f"{{}} {few}", "many": f"{{}} {many}", "other": f"{{}} {other}",
    }  # fmt: skip


def _english(one: str, other: str) -> dict[str, str]:
    return {"one": f"{{}} {one}", "other": f"{{}} {other}"}


NOUNS: Final[Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]] = MappingProxyType(
    {
        "card": (_arabic("لا توجد كروت", "كارت واحد", "كارتان", "كروت", "كارتاً", "كارت"), _english("card", "cards")),
        "person": (
            _arabic("لا يوجد أشخاص", "شخص واحد", "شخصان", "أشخاص", "شخصاً", "شخص"),
            _english("person", "people"),
        ),
        "role": (
            _arabic("لا توجد صلاحيات", "صلاحية واحدة", "صلاحيتان", "صلاحيات", "صلاحية", "صلاحية"),
            _english("role", "roles"),
        ),
        "client": (
            _arabic("لا توجد أنظمة", "نظام واحد", "نظامان", "أنظمة", "نظاماً", "نظام"),
            _english("system", "systems"),
        ),
        "record": (
            _arabic("لا توجد قيود", "قيد واحد", "قيدان", "قيود", "قيداً", "قيد"),
            _english("entry", "entries"),
        ),
        "member": (
            _arabic("لا يوجد أفراد", "فرد واحد", "فردان", "أفراد", "فرداً", "فرد"),
            _english("member", "members"),
        ),
        "loaf": (
            _arabic("لا توجد أرغفة", "رغيف واحد", "رغيفان", "أرغفة", "رغيفاً", "رغيف"),
            _english("loaf", "loaves"),
        ),
        "result": (
            _arabic("لا توجد نتائج", "نتيجة واحدة", "نتيجتان", "نتائج", "نتيجة", "نتيجة"),
            _english("result", "results"),
        ),
        "row": (_arabic("لا توجد صفوف", "صف واحد", "صفان", "صفوف", "صفاً", "صف"), _english("row", "rows")),
        "site": (
            _arabic("لا توجد أماكن", "مكان واحد", "مكانان", "أماكن", "مكاناً", "مكان"),
            _english("site", "sites"),
        ),
        "appointment": (
            _arabic("لا توجد مواعيد", "موعد واحد", "موعدان", "مواعيد", "موعداً", "موعد"),
            _english("appointment", "appointments"),
        ),
        "phase": (
            _arabic("لا توجد مراحل", "مرحلة واحدة", "مرحلتان", "مراحل", "مرحلة", "مرحلة"),
            _english("phase", "phases"),
        ),
        "household": (
            _arabic("لا توجد أسر", "أسرة واحدة", "أسرتان", "أسر", "أسرة", "أسرة"),
            _english("household", "households"),
        ),
        "citizen": (
            _arabic("لا يوجد مواطنون", "مواطن واحد", "مواطنان", "مواطنين", "مواطناً", "مواطن"),
            _english("citizen", "citizens"),
        ),
        "request": (
            _arabic("لا توجد طلبات", "طلب واحد", "طلبان", "طلبات", "طلباً", "طلب"),
            _english("request", "requests"),
        ),
        "complaint": (
            _arabic("لا توجد شكاوى", "شكوى واحدة", "شكويان", "شكاوى", "شكوى", "شكوى"),
            _english("complaint", "complaints"),
        ),
        "question": (
            _arabic("لا توجد أسئلة", "سؤال واحد", "سؤالان", "أسئلة", "سؤالاً", "سؤال"),
            _english("question", "questions"),
        ),
        "proposal": (
            _arabic("لا توجد مقترحات", "مقترح واحد", "مقترحان", "مقترحات", "مقترحاً", "مقترح"),
            _english("proposal", "proposals"),
        ),
        "outlet": (
            _arabic("لا توجد منافذ", "منفذ واحد", "منفذان", "منافذ", "منفذاً", "منفذ"),
            _english("outlet", "outlets"),
        ),
        "terminal": (
            _arabic("لا توجد ماكينات", "ماكينة واحدة", "ماكينتان", "ماكينات", "ماكينة", "ماكينة"),
            _english("terminal", "terminals"),
        ),
        "dispute": (
            _arabic("لا توجد مطالبات", "مطالبة واحدة", "مطالبتان", "مطالبات", "مطالبة", "مطالبة"),
            _english("dispute", "disputes"),
        ),
        "sale": (
            _arabic("لا توجد عمليات", "عملية واحدة", "عمليتان", "عمليات", "عملية", "عملية"),
            _english("sale", "sales"),
        ),
        "day": (
            _arabic("لا توجد أيام", "يوم واحد", "يومان", "أيام", "يوماً", "يوم"),
            _english("day", "days"),
        ),
        "settlement": (
            _arabic("لا توجد تسويات", "تسوية واحدة", "تسويتان", "تسويات", "تسوية", "تسوية"),
            _english("settlement", "settlements"),
        ),
        "policy": (
            _arabic("لا توجد قواعد", "قاعدة واحدة", "قاعدتان", "قواعد", "قاعدة", "قاعدة"),
            _english("policy", "policies"),
        ),
        "payment": (
            _arabic("لا توجد مدفوعات", "صرف واحد", "عمليتا صرف", "عمليات صرف", "عملية صرف", "عملية صرف"),
            _english("payment", "payments"),
        ),
    }
)
