"""The printed code: which card it is, where it was issued, until when it is good. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.clock import day_begins
from chassis.signing import Signer, b64url, from_b64url, verified

TYPE: Final = "unicard-code+jws"


def code(signer: Signer, card_id: UUID, governorate: str, last_day: date) -> str:
    """The code as it is printed: compact JWS (RFC 7515), with the claims that `PrintedClaims` describes.

    Nothing in it changes, and nothing is of the family: the same card gives the same code, as often as it is printed.
    """
    ends = int(day_begins(last_day + timedelta(days=1)).timestamp())
    return signer.compact(TYPE, {"card": b64url(card_id.bytes), "gov": governorate, "exp": ends})


def read(signer: Signer, code: str, now: datetime) -> UUID | None:
    """The card whose genuine code this is; None for any other text, and for one that is over."""
    try:
        claims = verified(code, {kid: key.public_key() for kid, key in signer.keys.items()})
        card_id = UUID(bytes=from_b64url(str(claims["card"])))
        over = float(str(claims["exp"])) <= now.timestamp()
    except (ValueError, KeyError):
        return None
    return None if over else card_id
