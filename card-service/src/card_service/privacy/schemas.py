"""What crosses the wire about citizens' rights."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from approvals.model import State
from chassis.personal import Personal, Whose

Said = Annotated[str, Field(min_length=3, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]


class Ground(StrEnum):
    """Why processing is restricted; `english` and `arabic` as a citizen reads it."""

    english: str
    arabic: str

    def __new__(cls, value: str, english: str = "", arabic: str = "") -> Ground:
        """A member: its value on the wire, and its words."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.english, member.arabic = english, arabic
        return member

    ACCURACY = "accuracy", "the citizen disputes that the data are right", "المواطن ينازع في صحة البيانات"
    UNLAWFUL = "unlawful", "the data were used against the law", "استخدام البيانات بالمخالفة للقانون"
    CLAIM = "claim", "the data are needed for a claim", "البيانات مطلوبة في نزاع أو مطالبة"
    OBJECTION = "objection", "the citizen objects to the use of the data", "المواطن يعترض على استخدام بياناته"
    ORDER = "order", "by order of a court or authority", "بأمر من محكمة أو جهة مختصة"


class RestrictionIn(BaseModel):
    """Ask that a citizen's data be held and not used: from a day on (at once where none is named) until another."""

    model_config = ConfigDict(extra="forbid")

    ground: Ground
    reason: Said
    starts_on: date | None = None
    ends_on: Annotated[date | None, Field(description="the first day on which they are used again")] = None


class LiftingIn(BaseModel):
    """Ask that a restriction end before its day."""

    model_config = ConfigDict(extra="forbid")

    reason: Said


class ErasureIn(BaseModel):
    """Ask that what is held on a citizen be erased wherever no law keeps it."""

    model_config = ConfigDict(extra="forbid")

    reason: Said


class RestrictionOut(BaseModel):
    """A restriction of processing, in force or over."""

    restriction_id: UUID
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    ground: Annotated[Ground, Personal.RIGHTS]
    ground_en: str
    ground_ar: str
    starts_on: date
    ends_on: date | None
    lifted_at: datetime | None
    in_force: bool


class RestrictionList(BaseModel):
    """A citizen's restrictions, the latest first, and what goes on meanwhile."""

    items: list[RestrictionOut]
    goes_on_en: str = (
        "Bread and rations, payments, care and messages that protect you go on. Other use of your data needs a stated "
        "purpose and case number, which you can read in your disclosures."
    )
    goes_on_ar: str = (
        "يستمر صرف الخبز والتموين والمدفوعات والعلاج ورسائل الحماية. أي استخدام آخر لبياناتك يلزمه سبب ورقم حالة، "
        "ويظهر لك في سجل الاطلاع على بياناتك."
    )


class ReceiptLine(BaseModel):
    """Data of some classes in one service: what, how many rows, and where they stay, by which law."""

    service: str
    data_en: str
    data_ar: str
    rows: int
    basis_en: str | None = None
    basis_ar: str | None = None


class ErasureOut(BaseModel):
    """A receipt of an erasure: what was erased, what was kept and why; `waiting_for` services that have not said yet.

    `keys` of sealed old and new values were destroyed. Copies that pass (events, backups) end with their own time.
    """

    erasure_id: UUID
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    state: Annotated[Literal["erasing", "done"], Personal.RIGHTS]
    decided_at: datetime
    done_at: datetime | None
    waiting_for: list[str]
    erased: list[ReceiptLine]
    kept: list[ReceiptLine]
    keys: int


class ErasureList(BaseModel):
    """A citizen's erasures, the latest first."""

    items: list[ErasureOut]


class AskedOut(BaseModel):
    """What was asked for a citizen's data, and how far it has come; who decides is an office, not a name."""

    request_id: UUID
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    kind: Annotated[str, Personal.RIGHTS]
    state: State
    asked_at: datetime
    due_at: Annotated[datetime, Field(description="by when the data protection office is to decide")]
    overdue: Annotated[bool, Field(description="nobody has decided by then")]
    decided_by_then: Annotated[datetime, Field(description="what nobody has decided by then must be asked anew")]
    ended_at: datetime | None
    answer: Annotated[str | None, Field(description="what the decider said")]


class AskedList(BaseModel):
    """What was asked, the latest first."""

    items: list[AskedOut]
