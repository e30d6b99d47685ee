"""Every SQL statement of people's factors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import record
from chassis.row_arrays import statement
from chassis.sealing import Sealed

_PASSWORD = text("SELECT hash, changed_at, must_change FROM password WHERE person_id = :person_id")
_SET_PASSWORD = text(
    "INSERT INTO password (person_id, hash, changed_at, must_change) VALUES (:person_id, :hash, :now, :must_change)"
    " ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at,"
    " must_change = excluded.must_change"
)
_TOTP = text("SELECT secret_sealed, last_timecode, confirmed_at FROM totp WHERE person_id = :person_id")
_SET_TOTP = text(
    "INSERT INTO totp (person_id, secret_sealed, last_timecode, confirmed_at)"
    " VALUES (:person_id, :secret_sealed, :timecode, :now)"
    " ON CONFLICT (person_id) DO UPDATE SET secret_sealed = excluded.secret_sealed,"
    " last_timecode = excluded.last_timecode, confirmed_at = excluded.confirmed_at"
)
# Of two that come with the same code at once, one wins (RFC 6238 §5.2).
_USE_TIMECODE = text(
    "UPDATE totp SET last_timecode = :timecode WHERE person_id = :person_id AND last_timecode < :timecode"
    " RETURNING true"
)
_PASSKEY = (
    "SELECT credential_id, person_id, public_key, sign_count, backed_up, label, added_at, last_used_at FROM passkey"
)
_PASSKEYS = text(f"{_PASSKEY} WHERE person_id = :person_id ORDER BY added_at")
_FIND_PASSKEY = text(f"{_PASSKEY} WHERE credential_id = :credential_id")
_ADD_PASSKEY = text(
    "INSERT INTO passkey (credential_id, person_id, public_key, sign_count, aaguid, backed_up, label, added_at)"
    " VALUES (:credential_id, :person_id, :public_key, :sign_count, :aaguid, :backed_up, :label, :now)"
    " ON CONFLICT DO NOTHING RETURNING true"
)
_USE_PASSKEY = text(
    "UPDATE passkey SET sign_count = :sign_count, last_used_at = :now WHERE credential_id = :credential_id"
)
_DROP_PASSKEY = text(
    "DELETE FROM passkey WHERE person_id = :person_id AND credential_id = :credential_id RETURNING true"
)
_CODES = text("SELECT marked_with, mark FROM recovery_code WHERE person_id = :person_id AND used_at IS NULL")
_DROP_CODES = text("DELETE FROM recovery_code WHERE person_id = :person_id")
_ADD_CODES = statement(
    "INSERT INTO recovery_code (person_id, marked_with, mark, made_at)"
    " SELECT :person_id, :marked_with, r.mark, :now FROM <rows>",
    mark="bytea",
)
_USE_CODE = text(
    "UPDATE recovery_code SET used_at = :now WHERE person_id = :person_id AND mark = :mark AND used_at IS NULL"
    " RETURNING true"
)
_DROP_TOTP = text("DELETE FROM totp WHERE person_id = :person_id")
_DROP_PASSKEYS = text("DELETE FROM passkey WHERE person_id = :person_id")
_DROP_PASSWORD = text("DELETE FROM password WHERE person_id = :person_id")


@dataclass(frozen=True)
class Password:
    """A password's hash."""

    hash: str = field(repr=False)
    changed_at: datetime
    must_change: bool


@dataclass(frozen=True)
class Totp:
    """The seed of a person's one-time codes, sealed, and the step of the last code that was taken."""

    secret_sealed: bytes = field(repr=False)
    last_timecode: int
    confirmed_at: datetime


@dataclass(frozen=True)
class Passkey:
    """A public key that a person's device or key holds the other half of."""

    credential_id: bytes
    person_id: UUID
    public_key: bytes = field(repr=False)
    sign_count: int
    backed_up: bool
    label: str
    added_at: datetime
    last_used_at: datetime | None


async def password(session: AsyncSession, person_id: UUID) -> Password | None:
    """A person's password."""
    row = (await session.execute(_PASSWORD, {"person_id": person_id})).one_or_none()
    return record(Password, row) if row else None


async def set_password(
    session: AsyncSession, person_id: UUID, hashed: str, now: datetime, *, must_change: bool = False
) -> None:
    """Put a password in the place of the one before."""
    values = {"person_id": person_id, "hash": hashed, "now": now, "must_change": must_change}
    await session.execute(_SET_PASSWORD, values)


async def totp(session: AsyncSession, person_id: UUID) -> Totp | None:
    """A person's authenticator app."""
    row = (await session.execute(_TOTP, {"person_id": person_id})).one_or_none()
    return record(Totp, row) if row else None


async def set_totp(session: AsyncSession, person_id: UUID, sealed: bytes, timecode: int, now: datetime) -> None:
    """Put an authenticator app in the place of the one before; the code it was confirmed by is used up."""
    values = {"person_id": person_id, "secret_sealed": sealed, "timecode": timecode, "now": now}
    await session.execute(_SET_TOTP, values)


async def use_timecode(session: AsyncSession, person_id: UUID, timecode: int) -> bool:
    """Use a code's step up; False where it or a later one was used before."""
    used = await session.execute(_USE_TIMECODE, {"person_id": person_id, "timecode": timecode})
    return used.scalar_one_or_none() is not None


async def passkeys(session: AsyncSession, person_id: UUID) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    return [record(Passkey, row) for row in await session.execute(_PASSKEYS, {"person_id": person_id})]


async def passkey(session: AsyncSession, credential_id: bytes) -> Passkey | None:
    """The passkey of a credential id."""
    row = (await session.execute(_FIND_PASSKEY, {"credential_id": credential_id})).one_or_none()
    return record(Passkey, row) if row else None


async def add_passkey(session: AsyncSession, made: Passkey, aaguid: UUID) -> bool:
    """Write a new passkey; False where the credential is known already."""
    added = await session.execute(_ADD_PASSKEY, {**vars(made), "aaguid": aaguid, "now": made.added_at})
    return added.scalar_one_or_none() is not None


async def use_passkey(session: AsyncSession, credential_id: bytes, sign_count: int, now: datetime) -> None:
    """Note that a passkey was used."""
    await session.execute(_USE_PASSKEY, {"credential_id": credential_id, "sign_count": sign_count, "now": now})


async def drop_passkey(session: AsyncSession, person_id: UUID, credential_id: bytes) -> bool:
    """Take a passkey away; False where the person has none such."""
    gone = await session.execute(_DROP_PASSKEY, {"person_id": person_id, "credential_id": credential_id})
    return gone.scalar_one_or_none() is not None


async def codes(session: AsyncSession, person_id: UUID) -> list[Sealed]:
    """The marks of the recovery codes that were not used."""
    found = await session.execute(_CODES, {"person_id": person_id})
    return [Sealed(row.marked_with, bytes(row.mark)) for row in found]


async def set_codes(session: AsyncSession, person_id: UUID, marks: list[Sealed], now: datetime) -> None:
    """Put recovery codes in the place of those before."""
    await session.execute(_DROP_CODES, {"person_id": person_id})
    values = {"person_id": person_id, "marked_with": marks[0].key, "mark": [mark.value for mark in marks], "now": now}
    await session.execute(_ADD_CODES, values)


async def use_code(session: AsyncSession, person_id: UUID, mark: Sealed, now: datetime) -> bool:
    """Use a recovery code up; False where it was used before."""
    used = await session.execute(_USE_CODE, {"person_id": person_id, "mark": mark.value, "now": now})
    return used.scalar_one_or_none() is not None


async def drop_all(session: AsyncSession, person_id: UUID) -> None:
    """Take every factor away, for an invitation that begins anew."""
    for drop in (_DROP_PASSWORD, _DROP_TOTP, _DROP_PASSKEYS, _DROP_CODES):
        await session.execute(drop, {"person_id": person_id})
