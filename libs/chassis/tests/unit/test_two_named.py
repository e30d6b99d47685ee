"""An object that names two people is about both: each finds the look in the own record."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from chassis.ids import new_id
from chassis.personal import Personal, Subject, Whose, shape_of

CARD = frozenset({Personal.CARD})


class _Mandate(BaseModel):
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    proxy_id: Annotated[UUID | None, Whose.CITIZEN]
    card_id: Annotated[UUID, Whose.CARD]
    document: Annotated[str, Personal.CARD]


class _Mandates(BaseModel):
    items: list[_Mandate]


def _document(holder: UUID, proxy: UUID | None, card: UUID) -> dict[str, object]:
    return {"citizen_id": str(holder), "proxy_id": str(proxy) if proxy else None, "card_id": str(card), "document": "x"}


def test_both_who_are_named_are_subjects() -> None:
    holder, proxy, card = new_id(), new_id(), new_id()
    found = shape_of(_Mandates).subjects({"items": [_document(holder, proxy, card)]})
    assert found == [Subject(holder, None, card, CARD), Subject(proxy, None, None, CARD)]


def test_who_is_named_twice_or_not_at_all_is_one_subject() -> None:
    holder, card = new_id(), new_id()
    for other in (holder, None):
        assert shape_of(_Mandate).subjects(_document(holder, other, card)) == [Subject(holder, None, card, CARD)]
