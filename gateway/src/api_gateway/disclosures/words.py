"""What the record says, in words a citizen understands: English and Arabic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chassis.personal import Personal
from contracts.people import PEOPLE
from contracts.purposes import PURPOSES, Words

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
