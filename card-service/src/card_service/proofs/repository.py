"""Every SQL statement of holder's proofs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.proofs.models import Code

_PUT = text(
    "INSERT INTO holder_code (code_id, card_mark, bound_mark, mark, tries_left, sent_at, expires_at)"
    " VALUES (:code_id, :card_mark, :bound_mark, :mark, :tries, :sent_at, :expires_at)"
)
_SENT_SINCE = text("SELECT count(*) FROM holder_code WHERE card_mark = :card_mark AND sent_at > :since")
# The newest code counts: who has another one sent has thrown the one before away.
_LIVE = text(
    "SELECT code_id, mark, tries_left, used_at, expires_at FROM holder_code WHERE bound_mark = :bound_mark"
    " ORDER BY sent_at DESC, code_id DESC LIMIT 1 FOR UPDATE"
)
_WRONG = text("UPDATE holder_code SET tries_left = tries_left - 1 WHERE code_id = :code_id")
_USE = text("UPDATE holder_code SET used_at = :now, tries_left = 0 WHERE code_id = :code_id")
_FORGET = text("DELETE FROM holder_code WHERE sent_at < :before")
_HEADS_CARD = text(
    "SELECT c.card_id FROM card c JOIN citizen z USING (citizen_id) WHERE c.household_id = :household_id"
    " AND z.household_id = :household_id AND z.role = 'head' AND c.state IN ('issued', 'active')"
    " ORDER BY c.card_id DESC LIMIT 1"
)

_PUT_PERMIT = text(
    "INSERT INTO pin_permit (mark, expires_at) VALUES (:mark, :until)"
    " ON CONFLICT (mark) DO UPDATE SET expires_at = excluded.expires_at"
)
_USE_PERMIT = text("DELETE FROM pin_permit WHERE mark = :mark RETURNING expires_at > :now AS holds")
_FORGET_PERMITS = text("DELETE FROM pin_permit WHERE expires_at < :before")


async def put_code(
    session: AsyncSession,
    code_id: UUID,
    marks: tuple[bytes, bytes, bytes],
    tries: int,
    sent_at: datetime,
    expires_at: datetime,
) -> None:
    """Keep a code that is sent, by its marks alone: of the card, of what it is bound to, of the code itself."""
    card_mark, bound_mark, mark = marks
    values = {"code_id": code_id, "card_mark": card_mark, "bound_mark": bound_mark, "mark": mark}
    await session.execute(_PUT, {**values, "tries": tries, "sent_at": sent_at, "expires_at": expires_at})


async def sent_since(session: AsyncSession, card_mark: bytes, since: datetime) -> int:
    """How many codes were sent for a card since a moment."""
    return int((await session.execute(_SENT_SINCE, {"card_mark": card_mark, "since": since})).scalar_one())


async def live_code(session: AsyncSession, bound_mark: bytes, now: datetime) -> Code | None:
    """The code that still holds for what it was bound to, its row locked."""
    row = (await session.execute(_LIVE, {"bound_mark": bound_mark})).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= now or row.tries_left <= 0:
        return None
    return Code(row.code_id, bytes(row.mark), row.tries_left)


async def count_wrong(session: AsyncSession, code_id: UUID) -> None:
    """Take one try away."""
    await session.execute(_WRONG, {"code_id": code_id})


async def use(session: AsyncSession, code_id: UUID, now: datetime) -> None:
    """Let a code prove nothing more."""
    await session.execute(_USE, {"code_id": code_id, "now": now})


async def forget(session: AsyncSession, before: datetime) -> None:
    """Forget codes that were sent, and permits that ended, before a moment."""
    await session.execute(_FORGET, {"before": before})
    await session.execute(_FORGET_PERMITS, {"before": before})


async def put_permit(session: AsyncSession, mark: bytes, until: datetime) -> None:
    """Let a desk set the PIN of a card once, until then; `mark` is keyed, of both."""
    await session.execute(_PUT_PERMIT, {"mark": mark, "until": until})


async def use_permit(session: AsyncSession, mark: bytes, now: datetime) -> bool:
    """Whether there was a permit that holds; it is used."""
    return bool((await session.execute(_USE_PERMIT, {"mark": mark, "now": now})).scalar_one_or_none())


async def heads_card(session: AsyncSession, household_id: UUID) -> UUID | None:
    """The card in hand of a household's head, where it can be used."""
    found: UUID | None = (await session.execute(_HEADS_CARD, {"household_id": household_id})).scalar_one_or_none()
    return found
