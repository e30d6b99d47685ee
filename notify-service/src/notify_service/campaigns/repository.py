"""Every SQL statement about campaigns and their messages, but for whom they mean (`audience`)."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Final
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy import TextClause, text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from notify_service.campaigns.models import Campaign, CampaignText, DryRun, DryRunState, Fate, Filter, State
from notify_service.templates.variables import Value

_VALUES: Final = TypeAdapter(dict[str, Value])
_FILTER: Final = TypeAdapter(Filter)
_COUNTS: Final = TypeAdapter(Mapping[Fate, Mapping[str, int]])

_ADD_TEXT = text(
    "INSERT INTO campaign_text (text_id, name, version, ar, en, variables, entered_by, approved_by, approved_at)"
    " SELECT :text_id, :name, coalesce(max(version), 0) + 1, :ar, :en, CAST(:variables AS jsonb), :entered_by,"
    " :approved_by, :approved_at FROM campaign_text WHERE name = :name"
)
_TEXT_COLUMNS: Final = (
    "text_id, name, version, ar, en, CAST(variables AS text) AS variables, entered_by, approved_by, approved_at"
)
_TEXT = text(f"SELECT {_TEXT_COLUMNS} FROM campaign_text WHERE text_id = :text_id")
_TEXTS = text(f"SELECT {_TEXT_COLUMNS} FROM campaign_text WHERE text_id > :after ORDER BY text_id LIMIT :limit")


async def add_text(session: AsyncSession, approved: CampaignText) -> None:
    """Keep an approved text as the next version of its name."""
    columns = approved._asdict() | {"variables": orjson.dumps(dict(approved.variables)).decode()}
    await session.execute(_ADD_TEXT, columns)


async def find_text(session: AsyncSession, text_id: UUID) -> CampaignText | None:
    """An approved text, or None."""
    row = (await session.execute(_TEXT, {"text_id": text_id})).mappings().one_or_none()
    return _text(row) if row is not None else None


async def texts(session: AsyncSession, page: Paging[UUID]) -> list[CampaignText]:
    """Approved texts in the order of their approval."""
    return [_text(row) for row in (await session.execute(_TEXTS, page.bounds)).mappings()]


def _text(row: RowMapping) -> CampaignText:
    return CampaignText(**{**row, "variables": orjson.loads(row["variables"])})


_CREATE = text(
    'INSERT INTO campaign (campaign_id, name, governorate, text_id, "values", filter, ar, en, parts,'
    " parts_per_second, messages_per_week, starts_at, ends_at, state, created_by, created_at)"
    " VALUES (:campaign_id, :name, :governorate, :text_id, CAST(:values AS jsonb), CAST(:filter AS jsonb), :ar, :en,"
    " :parts, :parts_per_second, :messages_per_week, :starts_at, :ends_at, :state, :created_by, :created_at)"
)
_COLUMNS: Final = (
    'campaign_id, name, governorate, text_id, CAST("values" AS text) AS values, CAST(filter AS text) AS filter, ar, en,'
    " parts, parts_per_second, messages_per_week, starts_at, ends_at, state, after, all_queued, tokens,"
    " released_at, created_by, created_at, started_at, ended_at, revision"
)
_FIND = text(f"SELECT {_COLUMNS} FROM campaign WHERE campaign_id = :campaign_id")
_LOCK = text(f"SELECT {_COLUMNS} FROM campaign WHERE campaign_id = :campaign_id FOR UPDATE")
_PAGE = BoundedStatement(
    f"SELECT {_COLUMNS} FROM campaign WHERE campaign_id > :after AND <bound>"
    " AND (CAST(:state AS text) IS NULL OR state = :state) ORDER BY campaign_id LIMIT :limit",
    governorate="governorate",
)
_EDIT = text(
    'UPDATE campaign SET name = :name, text_id = :text_id, "values" = CAST(:values AS jsonb),'
    " filter = CAST(:filter AS jsonb), ar = :ar, en = :en, parts = :parts, parts_per_second = :parts_per_second,"
    " messages_per_week = :messages_per_week, starts_at = :starts_at, ends_at = :ends_at, revision = :revision"
    " WHERE campaign_id = :campaign_id"
)
# One process works on a campaign at a time; the others pass it over.
_AT_WORK = text(
    "SELECT campaign_id FROM campaign WHERE state IN ('queueing', 'running', 'cancelling') ORDER BY campaign_id"
)
_LOCK_FREE = text(f"SELECT {_COLUMNS} FROM campaign WHERE campaign_id = :campaign_id FOR UPDATE SKIP LOCKED")


async def create(session: AsyncSession, campaign: Campaign) -> None:
    """Keep a new campaign."""
    await _write(session, _CREATE, campaign)


async def edit(session: AsyncSession, campaign: Campaign) -> None:
    """Keep a draft as it is now."""
    await _write(session, _EDIT, campaign)


async def _write(session: AsyncSession, statement: TextClause, campaign: Campaign) -> None:
    columns = {
        **vars(campaign),
        "values": _VALUES.dump_json(dict(campaign.values)).decode(),
        "filter": orjson.dumps(asdict(campaign.filter)).decode() if campaign.filter else None,
    }
    await session.execute(statement, {name: columns[name] for name in statement.compile().params})


async def find(session: AsyncSession, campaign_id: UUID) -> Campaign | None:
    """A campaign, or None."""
    return _campaign((await session.execute(_FIND, {"campaign_id": campaign_id})).mappings().one_or_none())


async def lock(session: AsyncSession, campaign_id: UUID, *, passing_over: bool = False) -> Campaign | None:
    """A campaign, held until the end of the transaction; `passing_over`: None where somebody else holds it."""
    asked = _LOCK_FREE if passing_over else _LOCK
    return _campaign((await session.execute(asked, {"campaign_id": campaign_id})).mappings().one_or_none())


async def page(session: AsyncSession, bound: Bound, state: State | None, page: Paging[UUID]) -> list[Campaign]:
    """The campaigns a caller may see, in the order in which they were made."""
    rows = (await session.execute(*_PAGE.within(bound, {"state": state, **page.bounds}))).mappings()
    return [found for row in rows if (found := _campaign(row)) is not None]


async def at_work(session: AsyncSession) -> Sequence[UUID]:
    """The campaigns that something is to be done for."""
    return (await session.execute(_AT_WORK)).scalars().all()


def _campaign(row: RowMapping | None) -> Campaign | None:
    if row is None:
        return None
    read = {
        "values": _VALUES.validate_json(row["values"]),
        "filter": _FILTER.validate_json(row["filter"]) if row["filter"] is not None else None,
        "state": State(row["state"]),
    }
    return Campaign(**{**row, **read})


_DRY_RUN_COLUMNS: Final = (
    "dry_run_id, campaign_id, state, after, looked_at, expected, CAST(counts AS text) AS counts, asked_by, asked_at,"
    " ended_at"
)
_ADD_DRY_RUN = text(
    "INSERT INTO campaign_dry_run (dry_run_id, campaign_id, state, after, looked_at, expected, counts, asked_by,"
    " asked_at, ended_at) VALUES (:dry_run_id, :campaign_id, :state, :after, :looked_at, :expected,"
    " CAST(:counts AS jsonb), :asked_by, :asked_at, :ended_at)"
)
_SET_DRY_RUN = text(
    "UPDATE campaign_dry_run SET state = :state, after = :after, looked_at = :looked_at,"
    " counts = CAST(:counts AS jsonb), ended_at = :ended_at WHERE dry_run_id = :dry_run_id"
)
_FIND_DRY_RUN = text(
    f"SELECT {_DRY_RUN_COLUMNS} FROM campaign_dry_run WHERE campaign_id = :campaign_id AND dry_run_id = :dry_run_id"
)
_LATEST_DRY_RUN = text(
    f"SELECT {_DRY_RUN_COLUMNS} FROM campaign_dry_run WHERE campaign_id = :campaign_id AND state = 'done'"
    " ORDER BY dry_run_id DESC LIMIT 1"
)
_NEXT_DRY_RUN = text(
    f"SELECT {_DRY_RUN_COLUMNS} FROM campaign_dry_run WHERE state = 'counting' ORDER BY dry_run_id LIMIT 1"
    " FOR UPDATE SKIP LOCKED"
)
_OUTDATE_DRY_RUNS = text(
    "UPDATE campaign_dry_run SET state = 'outdated', after = NULL, ended_at = coalesce(ended_at, clock_timestamp())"
    " WHERE campaign_id = :campaign_id AND state <> 'outdated'"
)


async def add_dry_run(session: AsyncSession, made: DryRun) -> None:
    """Keep a new dry run."""
    await session.execute(_ADD_DRY_RUN, _dry_run_columns(made))


async def set_dry_run(session: AsyncSession, run: DryRun) -> None:
    """Keep how far a dry run is."""
    columns = _dry_run_columns(run)
    await session.execute(_SET_DRY_RUN, {name: columns[name] for name in _SET_DRY_RUN.compile().params})


async def find_dry_run(session: AsyncSession, campaign_id: UUID, dry_run_id: UUID) -> DryRun | None:
    """A dry run of a campaign, or None."""
    found = await session.execute(_FIND_DRY_RUN, {"campaign_id": campaign_id, "dry_run_id": dry_run_id})
    return _dry_run(found.mappings().one_or_none())


async def latest_dry_run(session: AsyncSession, campaign_id: UUID) -> DryRun | None:
    """The latest dry run of a campaign as it is, if one is done."""
    return _dry_run((await session.execute(_LATEST_DRY_RUN, {"campaign_id": campaign_id})).mappings().one_or_none())


async def next_dry_run(session: AsyncSession) -> DryRun | None:
    """One that counts and that nobody else has in hand, held until the end of the transaction."""
    return _dry_run((await session.execute(_NEXT_DRY_RUN)).mappings().one_or_none())


async def outdate_dry_runs(session: AsyncSession, campaign_id: UUID) -> None:
    """Note that a campaign is not what was counted any more."""
    await session.execute(_OUTDATE_DRY_RUNS, {"campaign_id": campaign_id})


def _dry_run_columns(run: DryRun) -> dict[str, object]:
    return {**run._asdict(), "counts": _COUNTS.dump_json(run.counts).decode()}


def _dry_run(row: RowMapping | None) -> DryRun | None:
    if row is None:
        return None
    read = {"counts": _COUNTS.validate_json(row["counts"]), "state": DryRunState(row["state"])}
    return DryRun(**{**row, **read})


_SET_STATE = text(
    "UPDATE campaign SET state = :state, started_at = coalesce(started_at, :started_at),"
    " ended_at = coalesce(ended_at, :ended_at) WHERE campaign_id = :campaign_id"
)
_SET_QUEUED = text("UPDATE campaign SET after = :after, all_queued = :all_queued WHERE campaign_id = :campaign_id")
_SET_RELEASED = text(
    "UPDATE campaign SET tokens = :tokens, released_at = :released_at WHERE campaign_id = :campaign_id"
)
_COUNT_RELEASED = text(
    "INSERT INTO campaign_release AS r (campaign_id, day, messages) VALUES (:campaign_id, :day, :messages)"
    " ON CONFLICT (campaign_id, day) DO UPDATE SET messages = r.messages + excluded.messages"
)
_UNCOUNT_RELEASED = text(
    "UPDATE campaign_release SET messages = greatest(0, messages - :messages)"
    " WHERE campaign_id = :campaign_id AND day = :day"
)
_IN_WEEK = text(
    "SELECT coalesce(sum(messages), 0)::bigint FROM campaign_release"
    " WHERE campaign_id = :campaign_id AND day > CAST(:day AS date) - 7"
)
_FORGET_RECIPIENTS = text("DELETE FROM campaign_recipient WHERE campaign_id = :campaign_id")


async def set_state(
    session: AsyncSession,
    campaign_id: UUID,
    state: State,
    *,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> None:
    """Bring a campaign to another state."""
    columns = {"campaign_id": campaign_id, "state": state, "started_at": started_at, "ended_at": ended_at}
    await session.execute(_SET_STATE, columns)


async def set_queued(session: AsyncSession, campaign_id: UUID, after: UUID | None, *, all_queued: bool) -> None:
    """Note how far the queueing has come."""
    await session.execute(_SET_QUEUED, {"campaign_id": campaign_id, "after": after, "all_queued": all_queued})


async def set_released(session: AsyncSession, campaign_id: UUID, tokens: float, released_at: datetime) -> None:
    """Note what the rate still allows, as of an instant."""
    columns = {"campaign_id": campaign_id, "tokens": tokens, "released_at": released_at}
    await session.execute(_SET_RELEASED, columns)


async def released_in_week(session: AsyncSession, campaign_id: UUID, today: date) -> int:
    """How many messages were let go in the seven days that end today."""
    return int((await session.execute(_IN_WEEK, {"campaign_id": campaign_id, "day": today})).scalar_one())


async def forget_recipients(session: AsyncSession, campaign_id: UUID) -> None:
    """Forget whom a file named."""
    await session.execute(_FORGET_RECIPIENTS, {"campaign_id": campaign_id})


async def count_released(session: AsyncSession, campaign_id: UUID, today: date, messages: int) -> None:
    """Count messages that were let go today against the week."""
    await session.execute(_COUNT_RELEASED, {"campaign_id": campaign_id, "day": today, "messages": messages})


async def uncount_released(session: AsyncSession, campaign_id: UUID, today: date, messages: int) -> None:
    """Count messages that were taken back no more."""
    await session.execute(_UNCOUNT_RELEASED, {"campaign_id": campaign_id, "day": today, "messages": messages})
