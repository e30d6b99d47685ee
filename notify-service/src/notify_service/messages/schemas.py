"""What crosses the wire about outgoing messages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from chassis.paging import Page
from chassis.personal import Personal, Whose
from notify_service.templates.encoding import Encoding
from notify_service.templates.linter import FAULTS, Fault
from notify_service.templates.variables import Value, VariableName

StatusName = Literal["queued", "sending", "sent", "delivered", "failed", "expired", "cancelled"]
MAX_BATCH = 1000
Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]

# An instant that can have happened: what lies beyond is a broken clock, not a fact.
Instant = Annotated[AwareDatetime, Field(ge=datetime(2020, 1, 1, tzinfo=UTC), le=datetime(2120, 1, 1, tzinfo=UTC))]


class MessageState(BaseModel):
    """A state that a message has come to, when, and why where there is a cause."""

    status: StatusName
    at: AwareDatetime
    reason: str | None


class Message(BaseModel):
    """A message to a citizen. `text` is there once it was sent and until it is erased; `to` is masked."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    event_id: UUID
    template: Annotated[str, Personal.MESSAGES]
    citizen_id: Annotated[UUID | None, Whose.CITIZEN] = Field(description="none where the number is nobody's")
    status: Annotated[StatusName, Personal.MESSAGES]
    reason: str | None = Field(description="why it failed, expired or was cancelled")
    to: Annotated[str | None, Personal.CONTACT]
    text: Annotated[str | None, Personal.MESSAGES]
    language: Literal["ar", "en"] | None
    encoding: Literal["gsm7", "ucs2"] | None
    parts: int | None
    attempts: int
    possibly_repeated: bool = Field(
        description="handed over again to a provider that may have sent it before: its reader may have it twice"
    )
    created_at: AwareDatetime
    sent_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    states: Annotated[list[MessageState], Personal.MESSAGES] = Field(
        description="the states it has come to, in their order; one being sent this moment is still queued in it"
    )


class MessagePage(Page[Message, UUID]):
    """Messages in the order they were queued; `next` goes into `after` for the rest."""


class LogEntry(BaseModel):
    """A message to a citizen in the citizen's log. `text`: only for the citizen, until it is erased; else masked."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    template: Annotated[str, Personal.MESSAGES]
    status: Annotated[StatusName, Personal.MESSAGES]
    reason: str | None = Field(description="why it failed, expired or was cancelled")
    to: Annotated[str | None, Personal.CONTACT]
    language: Literal["ar", "en"] | None
    text: Annotated[str | None, Personal.MESSAGES]
    created_at: AwareDatetime
    states: Annotated[list[MessageState], Personal.MESSAGES]


class LogPage(Page[LogEntry, UUID]):
    """A citizen's messages in the order they were queued; `next` goes into `after` for the rest."""


class Statistic(BaseModel):
    """How many messages of a template are where, and the SMS parts they took."""

    template: str
    status: StatusName
    messages: int
    parts: int


class Statistics(BaseModel):
    """Counts by template and status, and summed by status."""

    items: list[Statistic]
    by_status: dict[StatusName, int]
    total: int


class TemplateVersion(BaseModel):
    """The text from a day on."""

    effective_from: date
    approved_by: str
    ar: str
    en: str


class TemplateView(BaseModel):
    """A kind of message and its texts."""

    model_config = ConfigDict(validate_by_name=True)

    name: str
    class_name: str = Field(alias="class")
    priority: int
    essential: bool
    enabled: bool
    required: list[str]
    max_parts: int
    versions: list[TemplateVersion]


class TemplateList(BaseModel):
    """All templates."""

    items: list[TemplateView]
    next: None = None


class TextIn(BaseModel):
    """A text in both languages with a value for each of its placeholders; `{hotline}` is filled by itself."""

    model_config = ConfigDict(extra="forbid")

    ar: Wording
    en: Wording
    values: dict[VariableName, Value] = Field(default={}, max_length=20)


class TextFault(BaseModel):
    """What a text must not carry, or what it lacks."""

    code: str
    found: str
    reason: str
    reason_ar: str

    @staticmethod
    def of(fault: Fault) -> TextFault:
        """A fault as the API tells it."""
        reason, reason_ar = FAULTS[fault.code]
        return TextFault(code=fault.code, found=fault.found, reason=reason, reason_ar=reason_ar)


class TextPreview(BaseModel):
    """A text as it is sent in one language; without its length where its placeholders cannot be filled."""

    language: Literal["ar", "en"]
    text: str | None
    encoding: Encoding | None
    units: int | None = Field(description="septets in GSM-7, UTF-16 units in UCS-2")
    parts: int | None
    faults: list[TextFault] = Field(description="for each of them the text would be refused")


class TextPreviews(BaseModel):
    """A text in both languages."""

    items: list[TextPreview]


class ReceiptIn(BaseModel):
    """The network's word on one message."""

    reference: str = Field(min_length=1, max_length=64)
    status: Literal["delivered", "failed", "expired"]
    reason: str | None = Field(default=None, max_length=64, pattern=r"^[a-z0-9_.-]*$")
    at: Instant


class ReceiptsIn(BaseModel):
    """A batch of receipts."""

    receipts: list[ReceiptIn] = Field(min_length=1, max_length=MAX_BATCH)


class ReceiptsTaken(BaseModel):
    """`applied` ended a message; `ignored` were repeats, late, or about no message of ours."""

    applied: int
    ignored: int
