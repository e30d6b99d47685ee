"""Every SQL statement about encounters, caps and referrals."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_NAMES = (
    "encounter_id", "household_id", "patient_id", "card_id", "payer_id", "provider_id", "terminal_id", "service",
    "emergency", "referral_id", "occurred_at", "business_day", "recorded_at", "total", "copayment", "insurer_part",
    "cap_applied", "exempt", "copayment_id", "copayment_state", "sealed", "review", "review_reasons", "cap_period",
)  # fmt: skip
_COLUMNS = ", ".join(_NAMES)
_ADD = text(
    f"INSERT INTO encounter ({_COLUMNS}, entered_by)"
    f" VALUES ({', '.join(':' + name for name in _NAMES)}, CAST(:entered_by AS jsonb))"
)
_OF_PROVIDER = (
    f"SELECT {_COLUMNS}, failure FROM encounter WHERE encounter_id = :encounter_id AND provider_id = :provider_id"
)
_WITH_PLACE = (
    f"SELECT {', '.join('e.' + name for name in _NAMES)}, e.failure, e.review_note, e.reviewed_at, p.governorate"
    " FROM encounter e JOIN provider p USING (provider_id)"
)
_FIND_ANY = text(f"{_WITH_PLACE} WHERE e.encounter_id = :encounter_id")
_LOCK_ANY = text(f"{_WITH_PLACE} WHERE e.encounter_id = :encounter_id FOR UPDATE OF e")
_TO_REVIEW = BoundedStatement(
    f"{_WITH_PLACE} WHERE e.review = 'open' AND <bound> AND e.encounter_id > :after"
    " ORDER BY e.encounter_id LIMIT :limit",
    governorate="p.governorate",
)
_SET_REVIEW = text(
    "UPDATE encounter SET review = :review, review_note = :note, reviewed_by = :by, reviewed_at = :at,"
    " patient_id = :patient_id, household_id = :household_id, card_id = :card_id, payer_id = :payer_id,"
    " copayment_state = :copayment_state, failure = :failure WHERE encounter_id = :encounter_id"
)
_ADD_REVERSAL = text(
    "INSERT INTO encounter_reversal (encounter_id, reason, reversed_by, decided_by, reversed_at)"
    " VALUES (:encounter_id, :reason, :by, :decided_by, :at) ON CONFLICT DO NOTHING RETURNING encounter_id"
)
_SET_REVERSED = text(
    "UPDATE encounter SET copayment_state = 'reversed', failure = NULL WHERE encounter_id = :encounter_id"
)
_FREE_CAP = text(
    "UPDATE cap_use SET used = used - :amount WHERE patient_id = :patient_id AND service = :service"
    " AND period = :period AND used >= :amount"
)
_FIND = text(_OF_PROVIDER)
_LOCK = text(f"{_OF_PROVIDER} FOR UPDATE")
# The row is locked by the first of two visits that count in one cap; the second sees what the first has used.
_OPEN_CAP = text(
    "INSERT INTO cap_use AS c (patient_id, service, period, cap) VALUES (:patient_id, :service, :period, :cap)"
    " ON CONFLICT (patient_id, service, period) DO UPDATE SET cap = greatest(c.cap, excluded.cap) RETURNING used"
)
_USE_CAP = text(
    "UPDATE cap_use SET used = used + :amount WHERE patient_id = :patient_id AND service = :service"
    " AND period = :period"
)
_CAPS = text("SELECT service, period, used FROM cap_use WHERE patient_id = :patient_id AND period NOT LIKE 'case:%'")
_ADD_REFERRAL = text(
    "INSERT INTO referral (referral_id, encounter_id, patient_id, service, last_day)"
    " VALUES (:referral_id, :encounter_id, :patient_id, :service, :last_day)"
)
_FIND_REFERRAL = text(
    "SELECT referral_id, patient_id AS citizen_id, service, last_day FROM referral WHERE referral_id = :referral_id"
)
_REFERRALS = text(
    "SELECT referral_id, service, last_day FROM referral WHERE encounter_id = :encounter_id ORDER BY referral_id"
)
# What is paid stays paid, whatever comes late.
_PAID = text(
    "UPDATE encounter SET copayment_state = 'paid', failure = NULL, settled_at = :at"
    " WHERE copayment_id = ANY(CAST(:ids AS uuid[])) AND copayment_state IN ('due', 'failed')"
)
_FAILED = text(
    "UPDATE encounter SET copayment_state = 'failed', failure = :failure, settled_at = :at"
    " WHERE copayment_id = :copayment_id AND copayment_state = 'due'"
)
_COLLECT = text(
    "UPDATE encounter SET copayment_state = 'due', failure = NULL, settled_at = NULL WHERE encounter_id = :encounter_id"
)


async def add(session: AsyncSession, **values: object) -> None:
    """Enter a visit."""
    await session.execute(_ADD, values)


async def find(
    session: AsyncSession, encounter_id: UUID, provider_id: UUID, *, lock: bool = False
) -> RowMapping | None:
    """A visit of one provider, or None."""
    parameters = {"encounter_id": encounter_id, "provider_id": provider_id}
    return (await session.execute(_LOCK if lock else _FIND, parameters)).mappings().one_or_none()


async def find_any(session: AsyncSession, encounter_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """A visit of any provider, with the provider's governorate."""
    parameters = {"encounter_id": encounter_id}
    return (await session.execute(_LOCK_ANY if lock else _FIND_ANY, parameters)).mappings().one_or_none()


async def to_review(session: AsyncSession, bound: Bound, page: Paging[UUID]) -> Sequence[RowMapping]:
    """Emergencies that nobody has looked at, oldest first."""
    return (await session.execute(*_TO_REVIEW.within(bound, page.bounds))).mappings().all()


async def set_review(session: AsyncSession, values: Mapping[str, object]) -> None:
    """Write what was decided on an emergency."""
    await session.execute(_SET_REVIEW, dict(values))


async def add_reversal(session: AsyncSession, **values: object) -> bool:
    """Enter that a visit was taken back; False where it was before."""
    return (await session.execute(_ADD_REVERSAL, values)).first() is not None


async def set_reversed(session: AsyncSession, encounter_id: UUID) -> None:
    """Note that the co-payment of a visit was taken back."""
    await session.execute(_SET_REVERSED, {"encounter_id": encounter_id})


async def free_cap(session: AsyncSession, patient_id: UUID, service: str, period: str, amount: int) -> None:
    """Count an amount no more in a cap's period."""
    await session.execute(_FREE_CAP, {"patient_id": patient_id, "service": service, "period": period, "amount": amount})


async def open_cap(session: AsyncSession, patient_id: UUID, service: str, period: str, cap: int) -> int:
    """What a patient has paid in a cap's period; the row is locked until the commit."""
    parameters = {"patient_id": patient_id, "service": service, "period": period, "cap": cap}
    return int((await session.execute(_OPEN_CAP, parameters)).scalar_one())


async def use_cap(session: AsyncSession, patient_id: UUID, service: str, period: str, amount: int) -> None:
    """Count an amount in a cap's period."""
    await session.execute(_USE_CAP, {"patient_id": patient_id, "service": service, "period": period, "amount": amount})


async def caps_used(session: AsyncSession, patient_id: UUID) -> dict[tuple[str, str], int]:
    """What a patient has paid by service and period, for the periods of the calendar."""
    rows = await session.execute(_CAPS, {"patient_id": patient_id})
    return {(row.service, row.period): row.used for row in rows}


async def add_referral(session: AsyncSession, **values: object) -> None:
    """Send a patient on."""
    await session.execute(_ADD_REFERRAL, values)


async def find_referral(session: AsyncSession, referral_id: UUID) -> RowMapping | None:
    """A referral, or None."""
    return (await session.execute(_FIND_REFERRAL, {"referral_id": referral_id})).mappings().one_or_none()


async def referrals(session: AsyncSession, encounter_id: UUID) -> Sequence[RowMapping]:
    """The referrals of a visit."""
    return (await session.execute(_REFERRALS, {"encounter_id": encounter_id})).mappings().all()


async def set_paid(session: AsyncSession, copayment_ids: Sequence[UUID], at: datetime) -> None:
    """Note that co-payments left the wallets."""
    await session.execute(_PAID, {"ids": list(copayment_ids), "at": at})


async def set_failed(session: AsyncSession, copayment_id: UUID, failure: str, at: datetime) -> None:
    """Note that a co-payment could not be taken."""
    await session.execute(_FAILED, {"copayment_id": copayment_id, "failure": failure, "at": at})


async def set_due(session: AsyncSession, encounter_id: UUID) -> None:
    """Note that a co-payment is to be taken once more."""
    await session.execute(_COLLECT, {"encounter_id": encounter_id})
