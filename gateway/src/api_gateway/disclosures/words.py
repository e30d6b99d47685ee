"""What the record says, in words a citizen understands: English and Arabic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from chassis.personal import Personal
from contracts.people import PEOPLE


class Words(NamedTuple):
    """The same in English and Arabic."""

    english: str
    arabic: str


KINDS: Final[Mapping[str, Words]] = {
    "client": Words("A government system", "نظام حكومي"),
    "terminal": Words("A terminal at a shop, bakery or clinic", "ماكينة في منفذ أو مخبز أو عيادة"),
    "person": Words("An employee", "موظف"),
    "citizen": Words("You, or who signed in as you", "أنت أو من دخل بحسابك"),
}
ACTIONS: Final[Mapping[str, Words]] = {
    "read": Words("looked at", "اطلع على"),
    "change": Words("changed", "عدّل"),
}
PURPOSES: Final[Mapping[str, Words]] = {
    "household_registration": Words("to register the household", "تسجيل الأسرة"),
    "household_change": Words("to change who belongs to the household", "تعديل أفراد الأسرة"),
    "household_lookup": Words("to look at the household's registration", "الاطلاع على تسجيل الأسرة"),
    "citizen_lookup": Words("to look at the registration", "الاطلاع على التسجيل"),
    "data_update": Words("to correct the data", "تصحيح البيانات"),
    "search": Words("to find the registration", "البحث عن التسجيل"),
    "lookup": Words("to prepare payments of an authority", "تجهيز مدفوعات جهة حكومية"),
    "hand_over": Words("to hand over the card", "تسليم الكارت"),
    "pin_desk": Words("to set the PIN", "تعيين الرقم السري"),
    "card_lookup": Words("to look at the card", "الاطلاع على الكارت"),
    "card_block": Words("to stop the card", "إيقاف الكارت"),
    "card_found": Words("to let the card work again", "إعادة تشغيل الكارت"),
    "replacement": Words("to replace the card", "استبدال الكارت"),
}
_SERVICE: Final = Words("to provide a service of the card", "تقديم خدمة من خدمات الكارت")


def role_of(kind: str, roles: str) -> Words:
    """What the record's caller was: the roles of a person where they have names, else what kind of caller it was."""
    known = [PEOPLE[name] for name in roles.split() if name in PEOPLE]
    if not known:
        return KINDS.get(kind, KINDS["client"])
    return Words(", ".join(role.name for role in known), "، ".join(role.name_ar for role in known))


def purpose_of(purpose: str | None) -> Words:
    """What it was for: known purposes in both languages, others as the office wrote them."""
    if purpose is None:
        return _SERVICE
    return PURPOSES.get(purpose, Words(purpose, purpose))


def data_of(classes: str) -> Words:
    """Which data were seen or changed."""
    known = [Personal(name) for name in classes.split() if name in set(Personal)]
    return Words("; ".join(one.english for one in known), "؛ ".join(one.arabic for one in known))
