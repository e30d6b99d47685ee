"""PINs in their envelopes: each is opened once, near the time it was made, for what it was made for."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.errors import PinEnvelopeStale, PinEnvelopeUsed, PinUnreadable
from card_service.dependencies import Dependencies
from card_service.envelopes import EnvelopeBroken, PinPurpose
from card_service.keys import ENVELOPE_SECONDS
from chassis.holder_proofs.form import moment

_SEEN = text(
    "INSERT INTO pin_envelope (mark, expires_at) VALUES (:mark, :expires_at) ON CONFLICT DO NOTHING RETURNING mark"
)
_FORGET = text("DELETE FROM pin_envelope WHERE expires_at < :moment")


async def open_once(
    session: AsyncSession,
    deps: Dependencies,
    device: str,
    pin_jwe: str,
    card_id: UUID,
    purpose: PinPurpose,
    max_amount: int = 0,
) -> str:
    """The PIN inside. `device`: who sends it, by the subject of the token.

    Raises PinUnreadable for what is meant for something else, PinEnvelopeStale, or PinEnvelopeUsed for what was sent
    before: a recorded envelope opens nothing.
    """
    try:
        typed = deps.pins.open(pin_jwe, card_id, device, purpose, max_amount)
    except EnvelopeBroken as error:
        raise PinUnreadable(
            "Encrypt it for the key of GET /v1/pin-key, with all that the document of the API names inside.",
            detail_ar="أعد إدخال الرقم السري.",
        ) from error
    now, around = moment(), timedelta(seconds=deps.figure(ENVELOPE_SECONDS))
    if abs(now.timestamp() - typed.at) > around.total_seconds():
        raise PinEnvelopeStale("Enter the PIN again.", detail_ar="أعد إدخال الرقم السري.", server_time=now.isoformat())
    mark = hashlib.sha256(f"{device}|{typed.nonce}".encode()).digest()
    if (await session.execute(_SEEN, {"mark": mark, "expires_at": now + 2 * around})).scalar_one_or_none() is None:
        raise PinEnvelopeUsed("Enter the PIN again.", detail_ar="أعد إدخال الرقم السري.")
    return typed.pin


async def forget(session: AsyncSession, moment: datetime) -> None:
    """Forget envelopes that are too old to be opened again, whoever sends them."""
    await session.execute(_FORGET, {"moment": moment})
