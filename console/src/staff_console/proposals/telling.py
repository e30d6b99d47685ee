"""What a proposal says, in words: each member by its name and by what kind of value it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from staff_console.documents import Answer
from staff_console.words import TEXTS

Form = Literal[
    "text", "word", "number", "money", "yes", "no", "day", "moment", "ident", "digest", "governorate", "role",
    "service", "card", "citizen", "authority", "scope", "nothing", "list", "group",
]  # fmt: skip
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_CODE: Final = re.compile(r"[A-Za-z0-9_:/.+=-]+")
# Amounts in piastres, by the names that services give them.
_MONEY: Final = frozenset(
    {
        "amount", "copayment", "insurer_part", "declared_total", "cost", "gained", "lost", "dearer", "goods", "bread",
        "points", "cash", "grants", "flour", "total",
    }
)  # fmt: skip
_BY_NAME: Final[Mapping[str, Form]] = {
    "governorate": "governorate", "governorates": "governorate", "role": "role", "card_id": "card",
    "heir_card_id": "card", "citizen_id": "citizen", "proxy_id": "citizen", "service": "service",
    "owner": "authority", "authority": "authority", "scopes": "scope",
}  # fmt: skip
# What only machines read stands apart; what a page links to is no matter of reading at all.
_TECHNICAL: Final = frozenset({"encryption_key", "signing_key", "keys", "partition", "offset", "parked_id"})
_LEFT_OUT: Final = frozenset({"path", "on_record", "simulation_id"})
_IN_A_LINE: Final = 4


@dataclass(frozen=True)
class Told:
    """A value as it is shown: by its form. `name` is the member's, `parts` are a list's items or a group's members."""

    form: Form
    value: str | int = ""
    name: str = ""
    parts: tuple[Told, ...] = ()

    @property
    def short(self) -> bool:
        """Whether it is a list that fits into a line."""
        return 0 < len(self.parts) <= _IN_A_LINE and not any(one.parts or one.form == "scope" for one in self.parts)

    @property
    def technical(self) -> bool:
        """Whether only machines read it: an id, a digest, a key."""
        return self.form == "digest" or self.name in _TECHNICAL or (self.form == "ident" and self.name.endswith("_id"))


def facts(content: Answer, without: Iterable[str] = ()) -> list[Told]:
    """The members of a content that say something; those named `without` are shown elsewhere."""
    if not isinstance(content, Mapping):
        return [told("content", content)] if content not in (None, [], {}) else []
    hidden = _LEFT_OUT | set(without)
    return [
        told(str(name), value)
        for name, value in content.items()
        if name not in hidden and value not in (None, "", [], {})
    ]


def told(name: str, value: Answer) -> Told:
    """A member's value as it is shown."""
    if value is None:
        return Told("nothing", name=name)
    if isinstance(value, Mapping):
        return Told("group", name=name, parts=tuple(facts(value)))
    if isinstance(value, list):
        return Told("list", name=name, parts=tuple(told(name, one) for one in value))
    if isinstance(value, bool):
        return Told("yes" if value else "no", name=name)
    if isinstance(value, int):
        return Told("money" if name in _MONEY else "number", value, name)
    return Told(_form(name, str(value)), str(value), name)


def _form(name: str, value: str) -> Form:
    if f"said.{name}.{value}" in TEXTS:
        return "word"
    if name in _BY_NAME:
        return _BY_NAME[name]
    if _DIGEST.fullmatch(value):
        return "digest"
    if _DAY.fullmatch(value):
        return "day"
    if _MOMENT.fullmatch(value):
        return "moment"
    return "ident" if _UUID.fullmatch(value) or _CODE.fullmatch(value) else "text"
