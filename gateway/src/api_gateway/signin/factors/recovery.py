"""Recovery codes: ten of fifty bits, each good once in the place of a second factor, kept as keyed marks only."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.sealing import Secrets
from api_gateway.signin.factors import repository

COUNT = 10
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another
_HALF = 5


async def renew(session: AsyncSession, keys: Secrets, person_id: UUID, now: datetime) -> list[str]:
    """Make a person's codes anew and give them, to be shown once."""
    made = [_new() for _ in range(COUNT)]
    await repository.set_codes(session, person_id, [keys.mark(_owner(person_id), _tidy(code)) for code in made], now)
    return made


async def accept(session: AsyncSession, keys: Secrets, person_id: UUID, code: str, now: datetime) -> bool:
    """Whether a code is one of the person's that was not used; it is used up."""
    for mark in await repository.codes(session, person_id):
        if keys.recognises(_owner(person_id), _tidy(code), mark):
            return await repository.use_code(session, person_id, mark, now)
    return False


def looks_like_one(code: str) -> bool:
    """Whether what was typed is a recovery code rather than six digits."""
    return len(_tidy(code)) == 2 * _HALF


def _new() -> str:
    letters = [secrets.choice(_LETTERS) for _ in range(2 * _HALF)]
    return "".join(letters[:_HALF]) + "-" + "".join(letters[_HALF:])


def _tidy(code: str) -> str:
    return code.strip().upper().replace("-", "").replace(" ", "")


def _owner(person_id: UUID) -> str:
    return f"recovery:{person_id}"
