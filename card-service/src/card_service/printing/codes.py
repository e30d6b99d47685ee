"""The printed code: which card it is, where it was issued, until when it is good. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from chassis.clock import day_begins
from chassis.signing import Signer, b64url

TYPE: Final = "unicard-code+jws"


def code(signer: Signer, card_id: UUID, governorate: str, last_day: date) -> str:
    """The code as it is printed: compact JWS (RFC 7515), with the claims that `PrintedClaims` describes.

    Nothing in it changes, and nothing is of the family: the same card gives the same code, as often as it is printed.
    """
    ends = int(day_begins(last_day + timedelta(days=1)).timestamp())
    return signer.compact(TYPE, {"card": b64url(card_id.bytes), "gov": governorate, "exp": ends})
