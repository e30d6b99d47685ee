"""Contacts of places where terminals stand (outlets, clinics): whom to tell what happens to their terminals.

The number is kept and travels sealed, bound to its place, under a ring that notify-service shares: the service that
registers the place shows its ends and nothing more.
"""

# ruff: noqa: S608 - nothing but the names of tables and columns that a service gives is put into a statement

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import mobiles, outbox
from chassis.contact import Contact
from chassis.personal import Personal
from chassis.problems import InvalidRequest
from chassis.sealing import Vault
from contracts.event import Event

MobileText = Annotated[str, Field(min_length=1, max_length=40, description="Egyptian mobile number in any usual form")]
_SHOWN = 3  # last digits of a number


class PlaceContactIn(BaseModel):
    """How a place is reached; `mobile: null` takes the number away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mobile: MobileText | None
    language: Literal["ar", "en"] = "ar"


class PlaceContact(BaseModel):
    """How a place is reached, the number with its middle hidden."""

    mobile_masked: Annotated[str | None, Personal.CONTACT]
    language: Literal["ar", "en"]


@dataclass(frozen=True)
class Contacts:
    """The contacts of one kind of place: `table` with the column `place`, and the event that tells of a change."""

    table: str
    place: str
    changed: type[Event]

    async def put(
        self, session: AsyncSession, vault: Vault, place_id: UUID, governorate: str, given: PlaceContactIn
    ) -> PlaceContact:
        """Keep how a place is reached, and tell notify-service. Raises InvalidRequest for no Egyptian mobile."""
        mobile = mobiles.normalise(given.mobile) if given.mobile is not None else None
        if given.mobile is not None and mobile is None:
            raise InvalidRequest(
                "Not an Egyptian mobile.",
                detail_ar="رقم الموبايل غير صحيح.",
                errors=[{"where": "body.mobile", "reason": "no Egyptian mobile number", "code": "mobile_invalid"}],
            )
        sealed = Contact("", mobile).seal(vault, place_id)
        values = {"sealed": sealed if mobile else None, "language": given.language, "place_id": place_id}
        await session.execute(self._statement, values)
        told = {self.place: place_id, "sealed": sealed, "language": given.language, "governorate": governorate}
        await outbox.add(session, self.changed.model_validate(told))
        masked = mobiles.masked(mobile, last=_SHOWN) if mobile else None
        return PlaceContact(mobile_masked=masked, language=given.language)

    @property
    def _statement(self) -> TextClause:
        return text(
            # allow: unnamed-table the service names it, and owns it
            f"UPDATE {self.table} SET contact = :sealed, contact_language = :language WHERE {self.place} = :place_id"
        )
