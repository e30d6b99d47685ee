"""What a request changes: what stands in the register beside what is asked for, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from chassis.governorates import GOVERNORATES
from staff_console.documents import Answer, Document

# Of each kind that corrects one field: the field of the request, where it stands now, and how it is shown.
_CITIZEN: Final[Mapping[str, tuple[str, str]]] = {
    "correct_name": ("full_name", "full_name"),
    "correct_birth": ("birth_date", "birth_date"),
    "correct_sex": ("sex", "sex"),
    "correct_national_id": ("national_id", "national_id_masked"),
    "mobile": ("mobile", "mobile_masked"),
}
_HOUSEHOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "correct_address": ("address",),
    "move": ("governorate", "district", "address"),
}
_FORMS: Final[Mapping[str, Literal["day", "sex"]]] = {"birth_date": "day", "sex": "sex"}
_SAID_ELSEWHERE: Final = frozenset({"kind", "household_id", "fact_on", "effective_month"})


@dataclass(frozen=True)
class Line:
    """One field: its name, before and after, and how both are written. `before` is None where nothing stands."""

    text: str
    before: str | None
    after: str
    form: Literal["text", "day", "sex"] = "text"

    @property
    def changed(self) -> bool:
        """Whether it becomes another."""
        return self.before != self.after


def lines(change: Document, citizen: Document | None, household: Document, stood: str | None = None) -> list[Line]:
    """The fields that a request changes. `stood`: what stood there, once the request is carried out."""
    kind = str(change["kind"])
    if kind in _CITIZEN and citizen is not None:
        asked, stands = _CITIZEN[kind]
        before = _text(citizen[stands]) if stood is None else stood
        return [Line(f"field.{asked}", before, _text(change[asked]), _FORMS.get(asked, "text"))]
    if kind in _HOUSEHOLD:
        return [
            Line(f"field.{name}", _shown(name, household[name]), _shown(name, change[name]))
            for name in _HOUSEHOLD[kind]
        ]
    names = _names(household)
    return [
        Line(f"field.{name}", None, _said(value, names))
        for name, value in change.items()
        if name not in _SAID_ELSEWHERE and value not in (None, [], {})
    ]


def _names(household: Document) -> dict[str, str]:
    return {str(one["citizen_id"]): str(one["full_name"]) for one in household["members"]}


def _said(value: Answer, names: Mapping[str, str]) -> str:
    """A value as people read it: ids of the household's members as their names."""
    if isinstance(value, Mapping):
        return "، ".join(f"{names.get(str(name), name)}: {_said(one, names)}" for name, one in value.items() if one)
    if isinstance(value, list):
        return "، ".join(_said(one, names) for one in value)
    return names.get(str(value), _text(value))


def _shown(name: str, value: Answer) -> str:
    return GOVERNORATES[value][1] if name == "governorate" and value in GOVERNORATES else _text(value)


def _text(value: Answer) -> str:
    return "–" if value is None or value == "" else str(value)
