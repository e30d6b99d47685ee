"""Delays after wrong tries: they slow guessing down and never shut anybody out for good.

A try is counted before it is judged, in a statement of its own, and taken back when it was right: of many sent at once
no more pass than of those sent one after the other. From a browser in which somebody has signed in before, tries are
counted apart, so that a stranger who guesses at a name does not hold up whoever it belongs to (OWASP's device cookies).
Wrong codes are counted apart from wrong passwords: whoever guesses at them has the password already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

SIGN_INS = Counter("unicard_sign_ins_total", "Tries to sign in, by door and outcome", ["door", "outcome"])
_ADDRESS_MINUTES: Final = 15
_FORGOTTEN_HOURS: Final = 24
_MOST_DOUBLINGS: Final = 20
KEPT = timedelta(days=90)

_TRY = text(
    "INSERT INTO sign_in_delay AS d (mark, door, failures, not_before) VALUES (:mark, :door, 1, :now)"
    " ON CONFLICT (mark, door) DO UPDATE SET failures = CASE WHEN d.not_before < :forgotten THEN 1"
    " ELSE d.failures + 1 END, not_before = CASE WHEN d.not_before < :forgotten OR d.failures + 1 < :free THEN :now"
    " ELSE :now + make_interval(secs => least(:first * power(2, least(d.failures + 1 - :free, :doublings)), :longest))"
    " END WHERE d.not_before <= :now RETURNING failures"
)
_CLEAR = text("DELETE FROM sign_in_delay WHERE mark = :mark AND door = :door")
_NOTE = text(
    "INSERT INTO sign_in_attempt (at, person_mark, address_mark, door, outcome)"
    " VALUES (:at, :person_mark, :address_mark, :door, :outcome)"
)
_FROM_ADDRESS = text(
    "SELECT count(*) FROM sign_in_attempt WHERE address_mark = :address_mark AND at > :since AND outcome <> 'done'"
)
_FORGET_DELAYS = text("DELETE FROM sign_in_delay WHERE not_before < :before")
_FORGET_ATTEMPTS = text("DELETE FROM sign_in_attempt WHERE at < :before")


@dataclass(frozen=True)
class Pace:
    """How tries are slowed: so many are free, then `first` seconds, doubling up to `longest`."""

    free: int
    first: int
    longest: int


@dataclass(frozen=True)
class Attempt:
    """A try to sign in: whose name and from where, as keyed marks, and by which door."""

    person_mark: bytes
    address_mark: bytes
    door: str


async def enter(sessions: async_sessionmaker[AsyncSession], mark: bytes, door: str, pace: Pace, now: datetime) -> bool:
    """Count a try; False where it has to wait."""
    values = {
        "mark": mark,
        "door": door,
        "now": now,
        "forgotten": now - timedelta(hours=_FORGOTTEN_HOURS),
        "free": pace.free,
        "first": pace.first,
        "longest": pace.longest,
        "doublings": _MOST_DOUBLINGS,
    }
    async with sessions() as session, session.begin():
        return (await session.execute(_TRY, values)).scalar_one_or_none() is not None


async def clear(session: AsyncSession, mark: bytes, door: str) -> None:
    """Take the tries back: this one was right."""
    await session.execute(_CLEAR, {"mark": mark, "door": door})


async def note(session: AsyncSession, attempt: Attempt, outcome: str, now: datetime) -> None:
    """Keep what became of a try: `done`, `wrong` or `waits`."""
    SIGN_INS.labels(attempt.door, outcome).inc()
    await session.execute(_NOTE, {**vars(attempt), "outcome": outcome, "at": now})


async def failures_from(session: AsyncSession, address_mark: bytes, now: datetime) -> int:
    """How many tries from an address failed of late, whoever they were for."""
    since = now - timedelta(minutes=_ADDRESS_MINUTES)
    return int((await session.execute(_FROM_ADDRESS, {"address_mark": address_mark, "since": since})).scalar_one())


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Drop what no delay depends on any more."""
    await session.execute(_FORGET_DELAYS, {"before": now - timedelta(hours=_FORGOTTEN_HOURS)})
    await session.execute(_FORGET_ATTEMPTS, {"before": now - KEPT})
