"""What every way out has in common: messages go in, a word on each comes back, or the provider is down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from pydantic import BaseModel


class ProviderDown(Exception):
    """The provider did not take the batch; nothing is known of its messages. `retry_after` in seconds, if told.

    `perhaps_sent`: the batch was handed over before that, so it may reach its readers all the same.
    """

    def __init__(self, reason: str, retry_after: float | None = None, *, perhaps_sent: bool = False) -> None:
        """`reason`: for the log, without personal data."""
        super().__init__(reason)
        self.retry_after = retry_after
        self.perhaps_sent = perhaps_sent


@dataclass(frozen=True)
class Outgoing:
    """A message as it leaves; the message's id is its reference. `receipt`: whether the network's word is asked for."""

    reference: UUID
    to: str
    text: str
    encoding: str
    parts: int
    receipt: bool = True


class Result(BaseModel):
    """The provider's word on one message.

    `unanswered`: some of it was handed over, and no answer came. `part_ids`: what the provider calls its parts, in
    their order, as far as it took them; none from a provider that knows our reference.
    """

    reference: UUID
    status: Literal["accepted", "rejected", "unanswered"]
    provider_id: str | None = None
    reason: str | None = None
    part_ids: tuple[str, ...] = ()


class Channel(Protocol):
    """A connected provider.

    `prefixes`: of the national numbers it carries (`010`), none for all; a lower `priority` is asked first.
    `knows_references`: it sends a reference once, however often it is handed over. `most_parts`: how many parts one
    call may hand over, `parts_per_second` how many all processes together; None where only the general pace binds.
    """

    @property
    def name(self) -> str:
        """What it is called in settings, rows and figures."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Of the numbers it carries."""

    @property
    def priority(self) -> int:
        """Its place among those that carry a number."""

    @property
    def knows_references(self) -> bool:
        """Whether a message that is handed over twice is sent once."""

    @property
    def most_parts(self) -> int | None:
        """Parts in one call."""

    @property
    def parts_per_second(self) -> float | None:
        """Parts a second over all processes, as agreed."""

    def up(self) -> bool:
        """Whether it is worth trying."""

    async def send(self, messages: Sequence[Outgoing]) -> dict[UUID, Result]:
        """Hand over a batch. Raises ProviderDown; a message without a result was not handed over."""


@dataclass(frozen=True)
class Report:
    """What a provider that does not know our references says of a part. `ids`: what it may have called it, best first.

    `at`: when we heard of it.
    """

    provider: str
    ids: tuple[str, ...]
    status: Literal["delivered", "failed"]
    reason: str | None
    at: datetime


@dataclass(frozen=True)
class Piece:
    """Which part of a long message this is: its place of `total`, counted from 1, under the sender's `reference`."""

    reference: int
    place: int
    total: int


@dataclass(frozen=True)
class Text:
    """A citizen's message, or a part of one, as a provider's line brings it, without an id of its own."""

    provider: str
    sender: str
    text: str
    at: datetime
    piece: Piece | None = None


Arrived = Callable[[Sequence[Report], Sequence[Text]], Awaitable[None]]
"""Takes what a line brought; what it returns from is committed and may be acknowledged."""
