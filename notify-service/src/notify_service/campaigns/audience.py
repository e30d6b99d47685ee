"""Whom a campaign means and what becomes of each: the statements that count an audience and that queue it.

Both look at citizens in the order of their ids and by the same words, so that what is counted is what is queued.
"""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.processing.restrictions import IN_FORCE
from chassis.row_arrays import statement
from notify_service.campaigns.models import Campaign, Fate, Filter
from notify_service.messages import of_campaigns

_IN_FORCE: Final = IN_FORCE.format(day="CAST(:today AS date)")
# Of a contact `c`. Whoever belongs to a household that nobody has told of is in no district.
_MEANT: Final = """
    (:bound IS NULL OR c.governorate = :bound)
    AND (CAST(:governorates AS text[]) = '{}' OR c.governorate = ANY(CAST(:governorates AS text[])))
    AND (CAST(:districts AS text[]) = '{}' OR h.district = ANY(CAST(:districts AS text[])))
    AND (CAST(:language AS text) IS NULL OR c.language = :language)
    AND (CAST(:card AS boolean) IS NULL
         OR EXISTS (SELECT FROM card_holder k WHERE k.citizen_id = c.citizen_id) = CAST(:card AS boolean))
    AND (CAST(:members_from AS integer) IS NULL OR h.members >= CAST(:members_from AS integer))
    AND (CAST(:members_to AS integer) IS NULL OR h.members <= CAST(:members_to AS integer))
""".replace(":bound", "CAST(:bound AS text)")
_FATE: Final = f"""
    CASE WHEN EXISTS (SELECT FROM deceased d WHERE d.citizen_id = c.citizen_id) THEN '{Fate.DEAD}'
         WHEN EXISTS (SELECT FROM trial_household t WHERE t.household_id = c.household_id) THEN '{Fate.TRIAL}'
         WHEN NOT :despite_restriction
              AND EXISTS (SELECT FROM restriction r WHERE r.citizen_id = c.citizen_id AND {_IN_FORCE})
              THEN '{Fate.RESTRICTED}'
         WHEN NOT :essential AND c.opted_out_at IS NOT NULL THEN '{Fate.OPTED_OUT}'
         WHEN c.number_hash IS NULL THEN '{Fate.WITHOUT_NUMBER}'
         ELSE '{Fate.REACHED}' END
"""
_ALL: Final = "SELECT citizen_id FROM contact WHERE citizen_id > :after ORDER BY citizen_id LIMIT :window"
_LISTED: Final = (
    "SELECT citizen_id FROM campaign_recipient WHERE campaign_id = :campaign_id AND citizen_id > :after"
    " ORDER BY citizen_id LIMIT :window"
)


def _looked_at(citizens: str) -> str:
    """Those of the next citizens that are meant, as rows `meant` with their fate; `last` of those looked at."""
    return f"""
    looked_at AS ({citizens}), meant AS (
        SELECT c.citizen_id, c.household_id, c.language, {_FATE} AS fate
        FROM looked_at JOIN contact c USING (citizen_id) LEFT JOIN household_place h USING (household_id)
        WHERE {_MEANT}
    ), last AS (SELECT citizen_id FROM looked_at ORDER BY citizen_id DESC LIMIT 1)
    """


_COUNT: Final = {
    listed: text(
        f"""
        WITH {_looked_at(citizens)}
        SELECT NULL::uuid AS after, fate, language, count(*) AS citizens FROM meant GROUP BY fate, language
        UNION ALL SELECT citizen_id, NULL, NULL, (SELECT count(*) FROM looked_at) FROM last
        """
    )
    for listed, citizens in ((False, _ALL), (True, _LISTED))
}
_REACHED: Final = f"reached AS (SELECT citizen_id, household_id FROM meant WHERE fate = '{Fate.REACHED}')"
_QUEUE: Final = {
    listed: of_campaigns.queueing(f"{_looked_at(citizens)}, {_REACHED}")
    for listed, citizens in ((False, _ALL), (True, _LISTED))
}
FIRST: Final = UUID(int=0)


class Counted(NamedTuple):
    """Citizens that were looked at, up to `after`, and those of the audience by fate and language.

    `after` is None where there was none left to look at.
    """

    after: UUID | None
    looked_at: int
    by_fate: Mapping[tuple[Fate, str], int]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """By which rules an audience is judged: `essential` goes to those who opted out, too; `today`: in Cairo."""

    essential: bool
    despite_restriction: bool
    today: date


async def count(session: AsyncSession, campaign: Campaign, terms: Terms, after: UUID, window: int) -> Counted:
    """The next citizens of an audience by fate and language."""
    by_fate: dict[tuple[Fate, str], int] = {}
    last, looked_at = None, 0
    for row in await session.execute(_COUNT[campaign.filter is None], _asked(campaign, terms, after, window)):
        if row.fate is None:
            last, looked_at = row.after, row.citizens
        else:
            by_fate[Fate(row.fate), str(row.language)] = row.citizens
    return Counted(last, looked_at, by_fate)


# How many contacts there are, as of the last look of the database at its own tables.
_ABOUT = text("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'contact'::regclass")
_LISTED_COUNT = text("SELECT count(*) FROM campaign_recipient WHERE campaign_id = :campaign_id")


async def size(session: AsyncSession, campaign: Campaign) -> int:
    """About how many citizens are to be looked at."""
    listed = campaign.filter is None
    asked = {"campaign_id": campaign.campaign_id} if listed else {}
    return int((await session.execute(_LISTED_COUNT if listed else _ABOUT, asked)).scalar_one())


async def queue(
    session: AsyncSession, campaign: Campaign, terms: Terms, window: int, *, priority: int, valid_seconds: float
) -> UUID | None:
    """Queue messages to those of the next citizens who are reached; the last of them, None where there was none left.

    They wait until the campaign lets them go.
    """
    asked = _asked(campaign, terms, campaign.after or FIRST, window)
    asked |= {"priority": priority, "valid_seconds": valid_seconds, "campaign_id": campaign.campaign_id}
    return await of_campaigns.queue(session, _QUEUE[campaign.filter is None], asked)


def _asked(campaign: Campaign, terms: Terms, after: UUID, window: int) -> dict[str, object]:
    meant = campaign.filter or Filter()
    listed = {"campaign_id": campaign.campaign_id} if campaign.filter is None else {}
    return {
        **listed,
        "bound": campaign.governorate,
        "governorates": list(meant.governorates),
        "districts": list(meant.districts),
        "language": meant.language,
        "card": meant.card,
        "members_from": meant.members_from,
        "members_to": meant.members_to,
        "essential": terms.essential,
        "despite_restriction": terms.despite_restriction,
        "today": terms.today,
        "after": after,
        "window": window,
    }


_RECIPIENTS = statement(
    "SELECT r.n, k.citizen_id, c.governorate, c.citizen_id IS NOT NULL AS known FROM <numbered rows>"
    " LEFT JOIN card_holder h ON h.card_id = r.card_id"
    " CROSS JOIN LATERAL (SELECT coalesce(r.citizen_id, h.citizen_id) AS citizen_id) k"
    " LEFT JOIN contact c ON c.citizen_id = k.citizen_id ORDER BY r.n",
    citizen_id="uuid",
    card_id="uuid",
)
_ADD_RECIPIENTS = statement(
    "INSERT INTO campaign_recipient (campaign_id, citizen_id) SELECT :campaign_id, r.citizen_id FROM <rows>"
    " ON CONFLICT DO NOTHING",
    citizen_id="uuid",
)


class Recipient(NamedTuple):
    """Whom a row of a file means, and where that citizen lives; None where nobody is known."""

    citizen_id: UUID | None
    governorate: str | None


async def recipients(
    session: AsyncSession, citizens: Sequence[UUID | None], cards: Sequence[UUID | None]
) -> list[Recipient]:
    """Whom each row means: by its citizen, or else by its card."""
    rows = await session.execute(_RECIPIENTS, {"citizen_id": list(citizens), "card_id": list(cards)})
    return [Recipient(row.citizen_id if row.known else None, row.governorate) for row in rows]


async def add_recipients(session: AsyncSession, campaign_id: UUID, citizens: Sequence[UUID]) -> None:
    """Add citizens to a campaign's audience, each once."""
    await session.execute(_ADD_RECIPIENTS, {"campaign_id": campaign_id, "citizen_id": list(citizens)})
