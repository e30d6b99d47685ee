"""What crosses the wire about disclosures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from approvals.model import State
from chassis.paging import Page


class Disclosure(BaseModel):
    """That an office has seen or changed a citizen's data, in words. The clerk is not named: the office answers."""

    record_id: UUID
    at: datetime
    service: str
    office: str | None
    office_en: str
    office_ar: str
    role_en: str
    role_ar: str
    action_en: str
    action_ar: str
    data_en: str
    data_ar: str
    purpose_en: str
    purpose_ar: str
    found: Annotated[bool, Field(description="false: it was asked for, and nothing was shown or changed")]


class DisclosurePage(Page[Disclosure, UUID]):
    """Disclosures, the newest first."""


class DataExport(BaseModel):
    """All that is held on a citizen: by service and table, with what was recorded of who has seen it."""

    citizen: UUID
    exported_at: datetime
    services: dict[str, dict[str, list[dict[str, object]]]]


class DelayIn(BaseModel):
    """Hold a case's disclosures back from the citizen until a day, for an investigation."""

    model_config = ConfigDict(extra="forbid")

    case_number: Annotated[str, Field(pattern=r"^[\w./-]{1,64}$")]
    reason: Annotated[str, Field(min_length=3, max_length=500)]
    until: date


class Delay(BaseModel):
    """A delay. It holds from its decision by a second person on, the proposal `proposal_id`."""

    delay_id: UUID
    case_number: str
    reason: str
    until: date
    decided: bool
    proposal_id: UUID | None = None


class DelayDetail(Delay):
    """A delay as it stands: when it was asked for, and the state of its proposal."""

    state: State
    asked_at: datetime


class DelayList(BaseModel):
    """The delays of a citizen's disclosures, the newest first."""

    items: list[DelayDetail]
