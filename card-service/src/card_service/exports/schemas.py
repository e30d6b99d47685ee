"""What crosses the wire about exports of the register."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from card_service.exports.models import Export, Format, Language, Status
from card_service.listings.asked import Asked, Order
from chassis.paging import Page


class ExportIn(BaseModel):
    """A list, and the file that is wanted of it; `purpose` is what those who are in it may read."""

    model_config = ConfigDict(extra="forbid")

    asked: Asked
    sort: Order = "-registered"
    format: Format
    language: Language = "ar"
    purpose: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{3,200}$", description="what the file is needed for")]


class ExportOut(BaseModel):
    """An export and how far it has come: `done` of `rows` are written, `noted` recorded as shown to its owner.

    `as_of`: the moment that all its rows are of. With `done` the file is fetched part by part, until `expires_at`.
    """

    export_id: UUID
    status: Status
    format: Format
    language: Language
    asked: Asked
    sort: Order
    rows: int
    done: int
    noted: int
    parts: int
    size: Annotated[int, Field(description="bytes")]
    sha256: Annotated[str | None, Field(description="of the whole file, in hexadecimal")]
    created_at: datetime
    as_of: datetime | None
    finished_at: datetime | None
    expires_at: datetime

    @classmethod
    def of(cls, one: Export) -> Self:
        """An export as its owner sees it."""
        asked, sort = one.wanted
        return cls(
            export_id=one.export_id,
            status=one.status,
            format=one.format,
            language=one.language,
            asked=asked,
            sort=sort,
            rows=one.rows,
            done=one.done,
            noted=one.noted,
            parts=one.parts,
            size=one.size,
            sha256=one.digest.hex() if one.digest else None,
            created_at=one.created_at,
            as_of=one.as_of,
            finished_at=one.finished_at,
            expires_at=one.expires_at,
        )


class ExportPage(Page[ExportOut, UUID]):
    """The caller's exports, the newest first."""
