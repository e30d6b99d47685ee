"""What crosses the wire about files in parts and about what became of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from card_service.registry.import_repository import Part
from card_service.registry.updates.rows import Content
from chassis.paging import Page
from chassis.personal import Whose
from chassis.row_files import Form

MAX_PARTS = 1000


class ImportDeclaration(BaseModel):
    """A file that will come in parts: how many, and the SHA-256 of the whole in hexadecimal digits.

    `corrects`: the import whose refused rows the file holds again; they join the households of its references.
    `content`: citizens, or the file of another registry, each row of which becomes a change request.
    `dry_run`: its rows are judged and nothing is done until it is started, or given up by cancelling it.
    """

    model_config = ConfigDict(extra="forbid")

    parts: Annotated[int, Field(strict=True, ge=1, le=MAX_PARTS)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]
    form: Form = "csv"
    charset: Literal["utf-8", "utf-16", "windows-1256"] | None = None
    corrects: UUID | None = None
    content: Content = Content.CITIZENS
    dry_run: bool = False


class PartOut(BaseModel):
    """A part that is here."""

    number: int
    bytes: int
    sha256: str

    @classmethod
    def of(cls, part: Part) -> Self:
        """As it is kept."""
        return cls(number=part.number, bytes=part.bytes, sha256=part.digest.hex())


class ImportedRow(BaseModel):
    """What became of a row: the ids it was given, or why it was refused; `household_ref` as its sender wrote it.

    `duplicates`: pairs of the citizen and somebody else who may be the same person, which a person has yet to decide
    (`GET /v1/duplicates/{id}`); they are found some time after the import is done.
    """

    row: int
    household_ref: str
    state: Literal["registered", "joined", "requested", "rejected"]
    household_id: Annotated[UUID | None, Whose.HOUSEHOLD]
    citizen_id: Annotated[UUID | None, Whose.CITIZEN]
    field: str | None
    code: str | None
    reason: str | None
    reason_ar: str | None
    request_id: UUID | None = None
    duplicates: Sequence[UUID] = ()


class ImportedRows(Page[ImportedRow, int]):
    """Rows in the order of the file."""
