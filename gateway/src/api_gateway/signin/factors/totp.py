"""One-time codes of an authenticator app (TOTP, RFC 6238): six digits, thirty seconds, each taken once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.signin.factors import repository
from chassis.sealing import Vault
from chassis.text import normalise_digits

PURPOSE = b"unicard totp"
ISSUER = "Unified Card"
_STEPS_OFF = 1  # a clock may be a step behind or before ours


def new_seed() -> str:
    """A fresh seed: 160 bits in base32."""
    return pyotp.random_base32()


def address(seed: str, name: str) -> str:
    """The `otpauth:` address that an app reads."""
    return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name=ISSUER)


def picture(seed: str, name: str) -> str:
    """The address as a QR code: an inline SVG."""
    return segno.make(address(seed, name), error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")


def step_of(seed: str, code: str, now: datetime) -> int | None:
    """The time step a code is of; None for a wrong one."""
    try:
        return pyotp.TOTP(seed).verify_and_get_timecode(tidy(code), for_time=now, valid_window=_STEPS_OFF)
    except (OTPVerificationError, ValueError):
        return None


async def accept(session: AsyncSession, vault: Vault, person_id: UUID, code: str, now: datetime) -> bool:
    """Whether a code is the person's and was not taken before; it is used up."""
    known = await repository.totp(session, person_id)
    if known is None:
        return False
    seed = vault.open(person_id, known.secret_sealed, PURPOSE).decode()
    step = step_of(seed, code, now)
    return step is not None and await repository.use_timecode(session, person_id, step)


def tidy(code: str) -> str:
    """A code as typed: Arabic digits, blanks between."""
    return normalise_digits(code).replace(" ", "").replace("-", "")
