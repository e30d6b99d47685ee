"""Every SQL statement about encounters, caps and referrals."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
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
    "review_by",
)  # fmt: skip
_COLUMNS = ", ".join(_NAMES)
_ADD = text(
    f"INSERT INTO encounter ({_COLUMNS}, entered_by)"
    f" VALUES ({', '.join(':' + name for name in _NAMES)}, CAST(:entered_by AS jsonb))"
)
_TRIAL = "(SELECT p.trial FROM provider p WHERE p.provider_id = e.provider_id) AS trial"
_TAKEN_BACK = "EXISTS (SELECT FROM encounter_reversal b WHERE b.encounter_id = e.encounter_id) AS taken_back"
_OF_PROVIDER = (
    f"SELECT {_COLUMNS}, failure, reviewed_at, {_TRIAL}, {_TAKEN_BACK} FROM encounter e"
    " WHERE encounter_id = :encounter_id AND provider_id = :provider_id"
)
_WITH_PLACE = (
    f"SELECT {', '.join('e.' + name for name in _NAMES)}, e.failure, e.review_note, e.reviewed_at, p.governorate,"
    f" p.district, p.trial, e.entered_by->>'who' AS entered_by, {_TAKEN_BACK}"
    " FROM encounter e JOIN provider p USING (provider_id)"
)
_FIND_ANY = text(f"{_WITH_PLACE} WHERE e.encounter_id = :encounter_id")
_LOCK_ANY = text(f"{_WITH_PLACE} WHERE e.encounter_id = :encounter_id FOR UPDATE OF e")
_TO_REVIEW = BoundedStatement(
    f"{_WITH_PLACE} WHERE e.review = 'open' AND NOT p.trial AND <bound> AND e.encounter_id > :after"
    " ORDER BY e.encounter_id LIMIT :limit",
    governorate="p.governorate",
    district="p.district",
)
_SET_REVIEW = text(
    "UPDATE encounter SET review = :review, review_note = :note, reviewed_by = :by, reviewed_at = :at,"
    " patient_id = :patient_id, household_id = :household_id, card_id = :card_id, payer_id = :payer_id,"
    " copayment_state = :copayment_state, failure = :failure, copayment = :copayment, insurer_part = :insurer_part,"
    " cap_applied = :cap_applied, exempt = :exempt, cap_period = :cap_period WHERE encounter_id = :encounter_id"
)
_ADD_REVERSAL = text(
    "INSERT INTO encounter_reversal (encounter_id, reason, reversed_by, decided_by, reversed_at)"
    " VALUES (:encounter_id, :reason, :by, :decided_by, :at) ON CONFLICT DO NOTHING RETURNING encounter_id"
)
# One that waited to be looked at does so no more.
_SET_REVERSED = text(
    "UPDATE encounter SET failure = NULL, review = CASE review WHEN 'open' THEN 'rejected' ELSE review END,"
    " copayment_state = CASE WHEN copayment > 0 THEN 'reversed' ELSE copayment_state END"
    " WHERE encounter_id = :encounter_id"
)
_FREE_CAP = text(
    "UPDATE cap_use SET used = used - :amount, billed = greatest(billed - :total, 0)"
    " WHERE patient_id = :patient_id AND service = :service AND period = :period AND used >= :amount"
)
_FIND = text(_OF_PROVIDER)
_LOCK = text(f"{_OF_PROVIDER} FOR UPDATE")
# The row is locked by the first of two visits that count in one cap; the second sees what the first has used.
_OPEN_CAP = text(
    "INSERT INTO cap_use AS c (patient_id, service, period, cap, billed, ceiling)"
    " VALUES (:patient_id, :service, :period, :cap, :billed, :ceiling) ON CONFLICT (patient_id, service, period)"
    " DO UPDATE SET cap = greatest(c.cap, excluded.cap), billed = c.billed + excluded.billed,"
    " ceiling = greatest(c.ceiling, excluded.ceiling)"
    " WHERE c.billed + excluded.billed <= greatest(c.ceiling, excluded.ceiling) RETURNING used"
)
# Two emergencies of a patient that come at once must find the same case, also where none is known yet.
_LOCK_CASES = text("SELECT pg_advisory_xact_lock(hashtextextended('unicard.case.' || :patient_id || :service, 0))")
# `opened` ends with the day it begins on: a case of the same provider whose first day is near.
_CASE_NEAR = text(
    "SELECT period FROM cap_use WHERE patient_id = :patient_id AND service = :service"
    " AND left(period, -10) = left(:opened, -10) AND abs(right(period, 10)::date - :day) <= :days"
    " ORDER BY period LIMIT 1"
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
    "UPDATE encounter SET copayment_state = 'due', failure = NULL, settled_at = NULL, card_id = :card_id,"
    " payer_id = :payer_id WHERE encounter_id = :encounter_id"
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
    """A visit of any provider, with the provider's place."""
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
    """Note that a visit was taken back."""
    await session.execute(_SET_REVERSED, {"encounter_id": encounter_id})


async def free_cap(
    session: AsyncSession, patient_id: UUID, service: str, period: str, *, amount: int, total: int
) -> None:
    """Count a co-payment, and the price it was of, no more in a cap's period."""
    of = {"patient_id": patient_id, "service": service, "period": period}
    await session.execute(_FREE_CAP, {**of, "amount": amount, "total": total})


async def open_cap(
    session: AsyncSession, patient_id: UUID, service: str, period: str, *, cap: int, billed: int, ceiling: int
) -> int | None:
    """Book a price in a cap's period, whose row is locked until the commit: what the patient has paid in it.

    None where the prices of the period would come to more than their ceiling; nothing is booked then.
    """
    of = {"patient_id": patient_id, "service": service, "period": period}
    row = (await session.execute(_OPEN_CAP, {**of, "cap": cap, "billed": billed, "ceiling": ceiling})).one_or_none()
    return None if row is None else int(row.used)


async def lock_cases(session: AsyncSession, patient_id: UUID, service: str) -> None:
    """Let one at a time open a case of a patient, until the commit."""
    await session.execute(_LOCK_CASES, {"patient_id": str(patient_id), "service": service})


async def case_near(
    session: AsyncSession, patient_id: UUID, service: str, opened: str, day: date, days: int
) -> str | None:
    """The case of the same provider as `opened` that begins within so many days of a day."""
    of = {"patient_id": patient_id, "service": service, "opened": opened, "day": day, "days": days}
    return (await session.execute(_CASE_NEAR, of)).scalar_one_or_none()


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


async def set_due(session: AsyncSession, encounter_id: UUID, card_id: UUID, payer_id: UUID | None) -> None:
    """Note that a co-payment is to be taken, and from whose wallet."""
    await session.execute(_COLLECT, {"encounter_id": encounter_id, "card_id": card_id, "payer_id": payer_id})
