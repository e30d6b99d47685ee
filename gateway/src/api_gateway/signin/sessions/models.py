"""Sessions as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID


@dataclass(frozen=True)
class Proof:
    """How someone has shown who they are: methods (RFC 8176), the class they amount to, and when."""

    amr: tuple[str, ...]
    acr: str
    at: datetime
    door: str = "local"
    external_sid: str | None = None


@dataclass(frozen=True)
class Session:
    """One sign-in on one device. It is a person's, in one office, or a citizen's.

    `office`: the key of the office chosen; `idle_seconds`: it ends when unused so long; `ends_at`: at the latest;
    `roles`: the most an outside provider lets its person have, None where
    it said nothing; `door`: how they came in (`local`, `external`, `break-glass`, `sms`).
    """

    sid: UUID
    person_id: UUID | None
    citizen_id: UUID | None
    client_id: str
    office: str | None
    device: str
    door: str
    external_sid: str | None
    started_at: datetime
    auth_time: datetime
    amr: list[str] = field(repr=False)
    acr: str
    last_seen: datetime
    idle_seconds: int
    ends_at: datetime
    ended_at: datetime | None = None
    ended_why: str | None = None
    roles: list[str] | None = None

    @property
    def idle_at(self) -> datetime:
        """When it ends unless it is used before."""
        return self.last_seen + timedelta(seconds=self.idle_seconds)

    def live(self, now: datetime) -> bool:
        """Whether it goes on: neither ended, nor idle too long, nor too old."""
        return self.ended_at is None and now < self.ends_at and now < self.idle_at

    @property
    def subject(self) -> str:
        """Whose it is, as tokens say it."""
        return f"person:{self.person_id}" if self.person_id else f"citizen:{self.citizen_id}"
