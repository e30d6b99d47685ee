"""Names of people who work with the system, for whoever may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from contracts.clients import DECIDING
from contracts.scopes import Scope
from staff_console.services.parts import part
from staff_console.web.visit import Visit

# Where a page asks at all: who they are shown to, the gateway judges.
_SEES: Final = DECIDING | {
    Scope.PEOPLE_READ, Scope.PEOPLE_WRITE, Scope.PEOPLE_SUSPEND, Scope.GRANTS_ASK, Scope.PRIVACY_WRITE,
    Scope.RECORDS_READ,
}  # fmt: skip
_PERSON: Final = "person:"
_MOST: Final = 100


async def named(visit: Visit, subjects: Iterable[str | None]) -> dict[str, str]:
    """Names by id, of whom the gateway shows to this reader; `person:` may stand before an id.

    Whoever belongs to another authority or area is missing, and so is everybody where the gateway does not answer:
    a page is whole without names.
    """
    wanted = sorted(filter(None, {_person(one) for one in subjects if one}))[:_MOST]
    if not wanted or not visit.may(*_SEES):
        return {}
    asked = visit.services.get("gateway", "/v1/people/names", {"person_id": wanted})
    told = await part(asked, visit.context.settings.part_seconds)
    items = told.told["items"] if told.state == "there" else []
    return {one["person_id"]: one["full_name"] for one in items}


def _person(subject: str) -> str:
    """The id of a person; empty for whoever is none."""
    try:
        return str(UUID(subject.removeprefix(_PERSON)))
    except ValueError:
        return ""
