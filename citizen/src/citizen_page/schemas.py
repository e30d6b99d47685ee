"""What the services answer, as far as pages show it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from citizen_page.public import Site


class Anything(BaseModel):
    """An answer of which nothing is shown."""


class SignInBegun(BaseModel):
    """A sign-in that waits for its code."""

    sign_in_id: UUID
    expires_at: datetime


class Token(BaseModel):
    """The services' token."""

    access_token: str = Field(repr=False)
    expires_in: int


class OwnSession(BaseModel):
    """One of one's own sign-ins."""

    session_id: str
    this_one: bool


class OwnSessions(BaseModel):
    """One's own sign-ins."""

    items: list[OwnSession]


class Appointment(BaseModel):
    """When and where the card is collected."""

    starts_at: datetime
    ends_at: datetime
    site: Site


class Card(BaseModel):
    """One's own card."""

    card_id: UUID
    number_masked: str
    holder_name_masked: str
    governorate: str
    state: str
    site: Site | None
    expected_on: date | None
    issued_at: datetime | None
    blocked_at: datetime | None
    block_reason: str | None
    lapses_at: datetime | None
    appointment: Appointment | None
    may_choose: bool
    changes_left: int
    may_report_lost: bool


class FreeHour(BaseModel):
    """An hour that may be chosen."""

    site_id: UUID
    name_ar: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    free: int


class FreeHours(BaseModel):
    """Hours that may be chosen."""

    items: list[FreeHour]
    next: int | None


class Loss(BaseModel):
    """One's own card, stopped."""

    state: str
    lapses_at: datetime | None
    bread_code_until: datetime | None
    no_bread_code: str | None


class Member(BaseModel):
    """A member of one's own household."""

    role: str | None
    full_name: str
    birth_date: date
    you: bool


class Household(BaseModel):
    """One's own household."""

    governorate: str
    district: str
    address: str
    mobile_masked: str | None
    members: list[Member]


class Disclosure(BaseModel):
    """That an office has seen or changed one's data."""

    at: datetime
    office_ar: str
    office_en: str
    role_ar: str
    role_en: str
    action_ar: str
    action_en: str
    data_ar: str
    data_en: str
    purpose_ar: str
    purpose_en: str
    found: bool


class Disclosures(BaseModel):
    """Disclosures, the newest first."""

    items: list[Disclosure]
    next: UUID | None


class Pot(BaseModel):
    """What a household was granted of a programme this month, and what is left of it."""

    programme: str
    unit: str
    granted: int
    remaining: int


class Grant(BaseModel):
    """What a household has of a grant."""

    name_ar: str
    name_en: str
    remaining: int


class Bread(BaseModel):
    """What may be drawn of bread today."""

    daily_loaves: int
    drawn_today: bool


class Entitlements(BaseModel):
    """What a household has left."""

    business_day: date
    pots: list[Pot]
    grants: list[Grant]
    bread: Bread | None


class SaleLine(BaseModel):
    """A line of a sale; `amount` in piastres."""

    programme: str
    quantity: int
    amount: int
    name_ar: str
    name_en: str


class Sale(BaseModel):
    """What was sold to one's own card."""

    occurred_at: datetime
    business_day: date
    outlet_name_ar: str
    outlet_name_en: str
    lines: list[SaleLine]
    cash_due: int
    wallet: int
    reversed_at: datetime | None


class Sales(BaseModel):
    """Sales, the newest first."""

    items: list[Sale]
    next: UUID | None


class Outlet(BaseModel):
    """A bakery or shop of one's district."""

    kind: str
    name_ar: str
    name_en: str
    district: str
    open: bool


class Outlets(BaseModel):
    """Outlets of one's district."""

    items: list[Outlet]


class MobileChange(BaseModel):
    """How one's change of mobile stands."""

    state: str


class MessageChoices(BaseModel):
    """In which language messages come, and whether only necessary ones."""

    language: str
    only_necessary: bool


class SentMessage(BaseModel):
    """A message to oneself; without words where it carried a code, has not left or was erased."""

    status: str
    text: str | None
    language: str | None
    created_at: datetime


class SentMessages(BaseModel):
    """Messages, the newest first."""

    items: list[SentMessage]
    next: UUID | None


class Wallet(BaseModel):
    """What one's wallet has, in piastres."""

    available: int
    held: int


class Category(BaseModel):
    """What one may complain of."""

    category: str
    name_ar: str
    name_en: str
    answer_hours: int


class Categories(BaseModel):
    """All of them."""

    items: list[Category]


class Complaint(BaseModel):
    """One's own complaint."""

    number: int
    category: str
    state: str
    entered_at: datetime
    due_at: datetime
    answered_at: datetime | None


class Complaints(BaseModel):
    """One's own complaints, the oldest first."""

    items: list[Complaint]
