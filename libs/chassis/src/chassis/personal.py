"""Personal data (Law 151 of 2020): classes of it, and tags that say in a schema which field holds what, about whom.

    class CitizenOut(BaseModel):
        citizen_id: Annotated[UUID, Whose.CITIZEN]
        full_name: Annotated[str, Personal.IDENTITY]

The record of who has seen what, the register of processing and the export of a person's data are derived from the tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Final, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel


class Personal(StrEnum):
    """A class of personal data, and in `english` and `arabic` what a citizen is told was seen."""

    english: str
    arabic: str

    def __new__(cls, value: str, english: str = "", arabic: str = "") -> Personal:
        """A member: its value in the records, and its words."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.english, member.arabic = english, arabic
        return member

    IDENTITY = "identity", "name, national id and date of birth", "الاسم والرقم القومي وتاريخ الميلاد"
    CONTACT = "contact", "telephone number and address", "رقم الهاتف والعنوان"
    HOUSEHOLD = "household", "who belongs to the household", "أفراد الأسرة"
    CARD = "card", "the card and its state", "الكارت وحالته"
    RATIONS = "rations", "bread and ration allowances and what was drawn of them", "حصص الخبز والتموين والمسحوب منها"
    MONEY = "money", "the wallet, its balance and payments", "المحفظة ورصيدها والمدفوعات"
    HEALTH = "health", "health insurance and visits", "التأمين الصحي والزيارات الطبية"
    MESSAGES = "messages", "messages sent to the telephone", "الرسائل المرسلة إلى الهاتف"
    ACCESSES = "accesses", "who has seen the data", "من اطلع على البيانات"
    SIGN_INS = "sign_ins", "sign-ins and codes sent for them", "عمليات الدخول والرموز المرسلة لها"
    RIGHTS = "rights", "what was decided on the person's own data", "ما تقرر بشأن بيانات الشخص"


# Sensitive data (Law 151 of 2020, article 1): health and financial data among them.
SENSITIVE: Final = frozenset({Personal.HEALTH, Personal.MONEY})


class Whose(StrEnum):
    """What identifies whom the data beside it are about."""

    CITIZEN = "citizen_id"
    HOUSEHOLD = "household_id"
    CARD = "card_id"


# Parameters of paths and queries that name a person's object, whatever the service.
PARAMETERS: Final[Mapping[str, Whose]] = {
    "citizen_id": Whose.CITIZEN,
    "patient_id": Whose.CITIZEN,
    "beneficiary": Whose.CITIZEN,
    "household_id": Whose.HOUSEHOLD,
    "card_id": Whose.CARD,
}


@dataclass(frozen=True)
class Subject:
    """Whom data are about, as far as it is known: a citizen, a household, a card; and which classes of data."""

    citizen_id: UUID | None = None
    household_id: UUID | None = None
    card_id: UUID | None = None
    classes: frozenset[Personal] = frozenset()

    @property
    def known(self) -> bool:
        """Whether it names anybody."""
        return any(self.ids)

    @property
    def ids(self) -> tuple[UUID | None, ...]:
        """Citizen, household, card."""
        return (self.citizen_id, self.household_id, self.card_id)

    def covers(self, other: Subject) -> bool:
        """Whether it names whatever the other names."""
        return all(theirs is None or theirs == mine for mine, theirs in zip(self.ids, other.ids, strict=True))

    def with_ids_of(self, other: Subject) -> Subject | None:
        """The same with what only the other names; None where they name different ones."""
        pairs = list(zip(self.ids, other.ids, strict=True))
        if any(mine and theirs and mine != theirs for mine, theirs in pairs):
            return None
        citizen_id, household_id, card_id = (mine or theirs for mine, theirs in pairs)
        return Subject(citizen_id, household_id, card_id, self.classes)


@dataclass
class Shape:
    """Where a model holds what: `whose` and `parts` by the names of its fields on the wire, `classes` in all."""

    whose: dict[str, Whose] = field(default_factory=dict)
    classes: set[Personal] = field(default_factory=set)
    parts: dict[str, Shape] = field(default_factory=dict)

    @property
    def personal(self) -> bool:
        """Whether there is anything about a person in it."""
        return bool(self.all_classes())

    def all_classes(self) -> frozenset[Personal]:
        """The classes of data in it and in its parts."""
        return frozenset(self.classes).union(*(part.all_classes() for part in self.parts.values()))

    def subjects(self, document: object, around: Subject | None = None) -> list[Subject]:
        """Whom a document of this shape is about: one for each innermost object that names somebody."""
        found = dict.fromkeys(self._subjects(document, around or Subject()))
        return list(found)

    def _subjects(self, document: object, around: Subject) -> Iterator[Subject]:
        if isinstance(document, list):
            for item in document:
                yield from self._subjects(item, around)
        elif isinstance(document, dict):
            mine, *others = self._merged(document, around)
            inner = [one for name, part in self.parts.items() for one in part._subjects(document.get(name), mine)]
            if any(part.whose for part in self.parts.values()) and inner:
                yield from inner
            elif mine.known and (self.whose or self.classes):
                yield mine
            yield from others

    def _merged(self, document: Mapping[str, object], around: Subject) -> list[Subject]:
        """Whom an object is about: who is named first in it, then whoever else it names of the same kind."""
        ids: dict[str, list[UUID]] = {}
        for name, whose in self.whose.items():
            if (found := uuid_of(document.get(name))) is not None:
                ids.setdefault(whose.value, []).append(found)
        known = {name: found[0] for name, found in ids.items()}
        unnamed = (part.all_classes() for part in self.parts.values() if not part.whose)
        classes = around.classes.union(self.classes, *unnamed)
        inherited = {whose.value: getattr(around, whose.value) for whose in Whose}
        first = Subject(**{**inherited, **known}, classes=classes)
        beside = [(name, other) for name, found in ids.items() for other in found[1:] if other != found[0]]
        return [first, *(_of_another(first, name, other) for name, other in beside)]


def _of_another(subject: Subject, kind: str, other: UUID) -> Subject:
    """The same data, about somebody else whom the object names as well; the ids beside are the first one's."""
    return Subject(
        citizen_id=other if kind == Whose.CITIZEN.value else None,
        household_id=other if kind == Whose.HOUSEHOLD.value else None,
        card_id=other if kind == Whose.CARD.value else None,
        classes=subject.classes,
    )


def uuid_of(value: object) -> UUID | None:
    """A value as an id, or the one a FHIR reference (`Patient/<id>`) names; None for what is none."""
    if isinstance(value, UUID) or value is None:
        return value
    named = value.get("reference") if isinstance(value, dict) else value
    try:
        return UUID(str(named).rpartition("/")[2])
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def shape_of(annotation: object) -> Shape:
    """The shape of a model, or of a list or choice of models."""
    return _shape(annotation, ())


def _shape(annotation: object, within: tuple[object, ...]) -> Shape:
    shape = Shape()
    for model in models_of(annotation):
        if model in within:  # a tree of itself: what is tagged in it is found once
            continue
        for name, described in model.model_fields.items():
            wire = described.serialization_alias or described.alias or name
            for tag in _tags(described.metadata, described.annotation):
                if isinstance(tag, Whose):
                    shape.whose[wire] = tag
                else:
                    shape.classes.add(tag)
            part = _shape(described.annotation, (*within, model))
            if part.whose or part.classes or part.parts:
                shape.parts[wire] = part
    return shape


def models_of(annotation: object) -> Iterator[type[BaseModel]]:
    """The models an annotation is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for part in get_args(annotation):
        yield from models_of(part)


def tags_of(metadata: list[object], annotation: object) -> list[Personal | Whose]:
    """The tags of a field."""
    return list(_tags(metadata, annotation))


def _tags(metadata: list[object], annotation: object) -> Iterator[Personal | Whose]:
    yield from (tag for tag in metadata if isinstance(tag, Personal | Whose))
    if get_origin(annotation) is Annotated:
        yield from (tag for tag in get_args(annotation)[1:] if isinstance(tag, Personal | Whose))
        annotation = get_args(annotation)[0]
    for part in get_args(annotation):
        if get_origin(part) is Annotated or get_args(part):
            yield from _tags([], part)
