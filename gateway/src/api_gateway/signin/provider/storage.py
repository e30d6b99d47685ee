"""Every SQL statement of authorization codes and refresh tokens: in the synchronous sessions Authlib works in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

KEPT = timedelta(hours=12)  # a code that comes a second time is recognised so long: as long as its session may last

_SAVE_CODE = text(
    "INSERT INTO authorization_code (mark, client_id, redirect_uri, challenge, nonce, scope, sid, expires_at)"
    " VALUES (:mark, :client_id, :redirect_uri, :challenge, :nonce, :scope, :sid, :expires_at)"
)
_USE_CODE = text(
    "UPDATE authorization_code SET used_at = :now"
    " WHERE mark = :mark AND client_id = :client_id AND used_at IS NULL AND expires_at > :now"
    " RETURNING client_id, redirect_uri, challenge, nonce, scope, sid"
)
_CODE = text("SELECT sid, used_at FROM authorization_code WHERE mark = :mark AND client_id = :client_id")
_SAVE_TOKEN = text(
    "INSERT INTO refresh_token (mark, sid, client_id, scope, issued_at)"
    " VALUES (:mark, :sid, :client_id, :scope, :issued_at)"
)
_TOKEN = text("SELECT sid, client_id, scope, replaced_at FROM refresh_token WHERE mark = :mark")
_REPLACE = text("UPDATE refresh_token SET replaced_at = :now WHERE mark = :mark AND replaced_at IS NULL")
_FORGET = text("DELETE FROM authorization_code WHERE expires_at < :before")


@dataclass(frozen=True)
class Code:
    """An authorization code that was just used up, as Authlib asks about it."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    scope: str
    sid: UUID

    code_challenge_method = "S256"

    @property
    def code_challenge(self) -> str:
        """What the verifier must hash to."""
        return self.challenge

    def get_redirect_uri(self) -> str:
        """Where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """The scopes asked for."""
        return self.scope


@dataclass(frozen=True)
class RefreshToken:
    """A refresh token, as Authlib asks about it."""

    sid: UUID
    client_id: str
    scope: str
    replaced_at: datetime | None
    mark: bytes

    def check_client(self, client: object) -> bool:
        """Whether it is this client's."""
        return getattr(client, "client_id", None) == self.client_id

    def get_scope(self) -> str:
        """The scopes of the sign-in."""
        return self.scope


def save_code(session: Session, mark: bytes, code: Code, expires_at: datetime) -> None:
    """Write a code."""
    session.execute(_SAVE_CODE, {**vars(code), "mark": mark, "expires_at": expires_at})


def use_code(session: Session, mark: bytes, client_id: str, now: datetime) -> Code | None:
    """Use a client's code up; None where there is none, it was used, or its time has passed."""
    row = session.execute(_USE_CODE, {"mark": mark, "client_id": client_id, "now": now}).one_or_none()
    return Code(**row._mapping) if row else None


async def code_session(session: AsyncSession, mark: bytes, client_id: str) -> tuple[UUID, bool] | None:
    """Which session a client's code is of, and whether it was used before."""
    row = (await session.execute(_CODE, {"mark": mark, "client_id": client_id})).one_or_none()
    return (row.sid, row.used_at is not None) if row else None


def save_token(session: Session, mark: bytes, sid: UUID, client_id: str, scope: str, now: datetime) -> None:
    """Write a refresh token."""
    values = {"mark": mark, "sid": sid, "client_id": client_id, "scope": scope, "issued_at": now}
    session.execute(_SAVE_TOKEN, values)


async def token(session: AsyncSession, mark: bytes) -> RefreshToken | None:
    """A refresh token, replaced ones too."""
    row = (await session.execute(_TOKEN, {"mark": mark})).one_or_none()
    return RefreshToken(**row._mapping, mark=mark) if row else None


def replace_token(session: Session, mark: bytes, now: datetime) -> None:
    """Note that another token has taken a token's place."""
    session.execute(_REPLACE, {"mark": mark, "now": now})


async def forget_codes(session: AsyncSession, before: datetime) -> None:
    """Drop codes whose time passed before a moment."""
    await session.execute(_FORGET, {"before": before})
