"""Every SQL statement of reviews: one pass over a governorate's households, in all the ways they are grouped."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.distribution.invitations import FIRST, INVITED, INVITED_AT
from card_service.indicators.registry import Dimension
from card_service.indicators.words import district_words
from card_service.review.models import Funnel, FunnelPart, Refusals, Step, Times, Week
from card_service.weeks import day_of, saturday_of

# Whether a household counts this month for a programme of the phase by one of its members, as `registry.months` does:
# granted with the register or by a decision, and on no ground kept out by the latest decision on it.
_LATEST = (
    "(SELECT DISTINCT ON (d.ground) d.ground, d.counts FROM entitlement_decision d WHERE d.citizen_id = b.citizen_id"
    " AND d.programme = p.programme AND d.month <= :month ORDER BY d.ground, d.month DESC, d.decided_at DESC)"
)
_ENTITLED = (
    "EXISTS (SELECT FROM membership b CROSS JOIN (VALUES ('goods'), ('bread'), ('health')) AS p (programme)"
    " WHERE b.household_id = h.household_id AND b.until IS NULL AND p.programme = ANY (CAST(:programmes AS text[]))"
    # mostly this very membership says so: another is looked for where it does not
    " AND ((p.programme = ANY (b.granted) AND b.first_month <= :month)"
    "  OR EXISTS (SELECT FROM membership e WHERE e.citizen_id = b.citizen_id AND p.programme = ANY (e.granted)"
    f"   AND e.first_month <= :month) OR EXISTS (SELECT FROM {_LATEST} l WHERE l.ground = 'entered' AND l.counts))"
    f" AND NOT EXISTS (SELECT FROM {_LATEST} l WHERE NOT l.counts))"
)
STEPS: Final = (
    "WITH invited AS ("
    f"  SELECT c.household_id, min({INVITED_AT}) AS invited_at, min(a.ends_at) AS due_at,"
    "   min(c.issued_at) AS collected_at, min(c.activated_at) AS activated_at,"
    "   (array_agg(c.site_id ORDER BY c.card_id))[1] AS site_id"
    f"  FROM card c {FIRST} WHERE c.phase_id = :phase_id AND {INVITED} GROUP BY 1"
    "), steps AS ("
    "  SELECT h.household_id, h.district, h.registered_at, i.invited_at, i.due_at, i.collected_at, i.activated_at,"
    "   CAST(i.site_id AS text) AS site, u.first_used_on, u.used_on,"
    f"   {saturday_of(day_of('i.due_at'))} AS cohort,"
    f"   {_ENTITLED} AS entitled,"
    "   i.due_at + make_interval(days => CAST(:late AS int)) AS late_at"
    "  FROM household h LEFT JOIN invited i USING (household_id) LEFT JOIN household_use u USING (household_id)"
    "  WHERE h.governorate = :governorate AND h.status = 'active' AND h.trial_id IS NULL"
    ")"
)


def _times(name: str, since: str, until: str) -> str:
    days = f"extract(epoch FROM {until} - {since}) / 86400.0"
    both = f"{since} IS NOT NULL AND {until} IS NOT NULL"
    return (
        f"percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY greatest({days}, 0)) FILTER (WHERE {both}) AS {name}"
    )


_FIRST_USE = "CAST(first_used_on AS timestamp) AT TIME ZONE 'Africa/Cairo'"
# When a household has reached a step: what the numbers count, and what the lists behind them show.
REACHED: Final[Mapping[Step, str]] = {
    "registered": "true",
    "entitled": "entitled",
    "invited": "invited_at IS NOT NULL",
    "due": "(due_at <= :now OR collected_at IS NOT NULL)",
    "awaited": "(late_at <= :now OR collected_at IS NOT NULL)",
    "missed": "(due_at <= :now AND collected_at IS NULL)",
    "late": "((late_at <= :now AND collected_at IS NULL) OR collected_at > late_at)",
    "collected": "collected_at IS NOT NULL",
    "activated": "activated_at IS NOT NULL",
    "ever_used": "(first_used_on IS NOT NULL AND activated_at IS NOT NULL)",
    "used": "(activated_at IS NOT NULL AND used_on > :since)",
}
_COUNTS = (
    f"{', '.join(f'count(*) FILTER (WHERE {when}) AS {step}' for step, when in REACHED.items())},"
    f" {_times('to_invite', 'registered_at', 'invited_at')}, {_times('to_collect', 'invited_at', 'collected_at')},"
    f" {_times('to_activate', 'collected_at', 'activated_at')}, {_times('to_use', 'activated_at', _FIRST_USE)}"
)
_WHOLE = text(f"{STEPS} SELECT {_COUNTS} FROM steps")
_FUNNEL = text(
    f"{STEPS} SELECT grouping(district, site, cohort) AS level, district, site, cohort, {_COUNTS}"
    " FROM steps GROUP BY GROUPING SETS ((), (district), (site), (cohort)) ORDER BY level, district, site, cohort"
)
# On which day a household made a step.
MADE: Final[Mapping[Step, str]] = {
    "invited": day_of("s.invited_at"),
    "collected": day_of("s.collected_at"),
    "activated": day_of("s.activated_at"),
    "ever_used": "CASE WHEN s.activated_at IS NOT NULL THEN s.first_used_on END",
}
_MADE = ", ".join(f"('{step}', {day})" for step, day in MADE.items())
_WEEKS = text(
    f"{STEPS}, made AS (SELECT v.step, v.day AS d FROM steps s CROSS JOIN LATERAL (VALUES"
    f" {_MADE}) v (step, day) WHERE v.day IS NOT NULL)"
    f" SELECT {saturday_of('d')} AS week, count(*) FILTER (WHERE step = 'invited') AS invited,"
    " count(*) FILTER (WHERE step = 'collected') AS collected, count(*) FILTER (WHERE step = 'activated') AS activated,"
    " count(*) FILTER (WHERE step = 'ever_used') AS first_used FROM made GROUP BY 1 ORDER BY 1"
)
_SITES = text(
    "SELECT CAST(site_id AS text) AS site, name_en, name_ar FROM pickup_site WHERE governorate = :governorate"
)
_REFUSALS = text(
    "SELECT f.code, sum(f.refused) AS refused, f.code <> ALL (CAST(:expected AS text[])) AS fault FROM sales_refusal f"
    " JOIN sales_day d USING (outlet_id, business_day, model)"
    " WHERE d.governorate = :governorate AND d.business_day > :since GROUP BY f.code ORDER BY refused DESC, f.code"
)
_LEVELS: Final = {0b011: Dimension.DISTRICT, 0b101: Dimension.SITE, 0b110: Dimension.COHORT}


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which phase, governorate and programmes, and by which days of the policies, as of when."""

    phase_id: UUID
    governorate: str
    programmes: tuple[str, ...]
    month: date
    since: date
    late: int
    now: datetime

    @property
    def values(self) -> dict[str, object]:
        """As the statements take them."""
        return {
            "phase_id": self.phase_id,
            "governorate": self.governorate,
            "programmes": list(self.programmes),
            "month": self.month,
            "since": self.since,
            "late": self.late,
            "now": self.now,
        }


def _days(found: list[float] | None) -> Times:
    median, p90 = (Decimal(f"{one:.1f}") for one in found) if found else (None, None)
    return Times(median, p90)


def _funnel(row: Row[Any]) -> Funnel:
    return Funnel(
        registered=row.registered,
        entitled=row.entitled,
        invited=row.invited,
        due=row.due,
        came=row.collected,
        awaited=row.awaited,
        late=row.late,
        collected=row.collected,
        activated=row.activated,
        ever_used=row.ever_used,
        used=row.used,
        to_invite=_days(row.to_invite),
        to_collect=_days(row.to_collect),
        to_activate=_days(row.to_activate),
        to_use=_days(row.to_use),
    )


async def funnel(session: AsyncSession, asked: Asked) -> Funnel:
    """The funnel of a phase as a whole."""
    return _funnel((await session.execute(_WHOLE, asked.values)).one())


async def funnels(session: AsyncSession, asked: Asked) -> tuple[Funnel, list[FunnelPart]]:
    """The funnel of a phase, and of each of its districts, sites and cohorts."""
    sites = {row.site: (row.name_en, row.name_ar) for row in await session.execute(_SITES, _place(asked))}
    whole: Funnel | None = None
    parts = []
    for row in await session.execute(_FUNNEL, asked.values):
        dimension = _LEVELS.get(row.level)
        if dimension is None:
            whole = _funnel(row)
            continue
        key = {Dimension.DISTRICT: row.district, Dimension.SITE: row.site, Dimension.COHORT: row.cohort}[dimension]
        if key is not None:  # who is not invited yet has neither site nor cohort
            en, ar = _named(dimension, str(key), sites)
            parts.append(FunnelPart(dimension, str(key), en, ar, _funnel(row)))
    if whole is None:
        raise LookupError("a grouping by nothing has one row")
    return whole, parts


def _named(dimension: Dimension, key: str, sites: dict[str, tuple[str, str]]) -> tuple[str, str]:
    if dimension is Dimension.DISTRICT:
        return district_words(key)
    return sites.get(key, (key, key)) if dimension is Dimension.SITE else (key, key)


def _place(asked: Asked) -> dict[str, object]:
    return {"governorate": asked.governorate}


async def weeks(session: AsyncSession, asked: Asked) -> list[Week]:
    """What was done in each week, the first one first."""
    values = {name: value for name, value in asked.values.items() if name not in {"now", "since"}}
    rows = await session.execute(_WEEKS, values)
    return [Week(row.week, row.invited, row.collected, row.activated, row.first_used) for row in rows]


async def refusals(session: AsyncSession, asked: Asked, expected: Iterable[str]) -> list[Refusals]:
    """Refused sales of the last days by their code, the most frequent first."""
    values = {"governorate": asked.governorate, "since": asked.since, "expected": sorted(expected)}
    return [Refusals(row.code, int(row.refused), row.fault) for row in await session.execute(_REFUSALS, values)]
