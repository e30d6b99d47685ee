"""Which people a list is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from api_gateway.people.models import Status
from api_gateway.people.schemas import AUTHORITY_ID
from chassis.places import AreaCode


@dataclass(frozen=True)
class Sought:
    """The conditions of a list of people, all at once; whatever is left out does not matter.

    `area`: who works there or in one of its districts; `role`: who holds it at this moment.
    """

    status: Status | None = None
    role: str | None = None
    authority_id: str | None = None
    area: str | None = None
    people: tuple[UUID, ...] = ()

    def bound(self, under: frozenset[str], now: datetime) -> dict[str, object]:
        """The parameters of the list's statement; `under`: the authorities whose people are seen at all."""
        return {
            "under": sorted(under),
            "now": now,
            "status": self.status,
            "role": self.role,
            "authority_id": self.authority_id,
            "area": self.area,
            "people": list(self.people) or None,
        }


def _sought(
    status: Status | None = None,
    role: Annotated[str | None, Query(pattern=r"^[a-z][a-z-]{1,63}$")] = None,
    authority_id: Annotated[str | None, Query(pattern=AUTHORITY_ID)] = None,
    area: Annotated[AreaCode | None, Query()] = None,
    person_id: Annotated[list[UUID] | None, Query(max_length=100, description="these people only")] = None,
) -> Sought:
    return Sought(status, role, authority_id, area, tuple(person_id or ()))


SoughtPeople = Annotated[Sought, Depends(_sought)]
