"""Authorities, areas and roles that somebody may choose from, by their names in a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chassis.governorates import GOVERNORATES
from contracts.clients import NATION
from contracts.people import PEOPLE
from staff_console.pages import formats
from staff_console.services.parts import part
from staff_console.web.visit import Visit

_MOST: Final = 500


@dataclass(frozen=True)
class Places:
    """What forms and filters offer: names by id or code.

    `authorities`: the reader's own and those below it, empty where the gateway does not tell them now; `areas`: the
    reader's own and, of the nation, its governorates.
    """

    authorities: dict[str, str]
    areas: dict[str, str]
    roles: dict[str, str]


async def places(visit: Visit) -> Places:
    """What whoever looks may choose from."""
    asked = visit.services.get("gateway", "/v1/authorities", {"limit": _MOST})
    told = await part(asked, visit.context.settings.part_seconds)
    name = "name_ar" if visit.language == "ar" else "name_en"
    items = told.told["items"] if told.state == "there" else []
    return Places(
        {one["authority_id"]: one[name] for one in items},
        {code: _area(code, visit.language) for code in _codes(visit)},
        {role: formats.role(role, visit.language) for role in sorted(PEOPLE)},
    )


def _codes(visit: Visit) -> tuple[str, ...]:
    return (NATION, *GOVERNORATES) if visit.nation else (visit.area,)


def _area(code: str, language: str) -> str:
    return formats.district(code, language) if "." in code else formats.place(code, language)
