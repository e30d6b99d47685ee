"""A browser's session and what it knows of its person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from staff_console.provider import Tokens


@dataclass(frozen=True)
class Session:
    """A browser that somebody has signed in from. `subject`: `person:` and their id.

    `ends_at`: when it ends, or locks, if it is not used. `locked`: nothing of it is shown until it is opened.
    `pin`: a PIN opens it.
    """

    session_id: UUID
    subject: str
    tokens: Tokens
    expires_at: datetime
    ends_at: datetime
    locked: bool
    pin: bool

    def may(self, *scopes: str) -> bool:
        """Whether the office chosen at sign-in has any of these rights."""
        return not self.tokens.scopes.isdisjoint(scopes)
