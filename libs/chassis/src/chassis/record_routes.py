"""Admin API of every service's record: auditors look through it, the gateway gathers from it for one citizen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import text

from chassis.area import OF_THE_NATION
from chassis.auth import Caller
from chassis.db import Reading, raw
from chassis.endpoints import Rate
from chassis.paging import LAST_ID, Page, Paging, by_id
from chassis.personal import Personal
from chassis.problems import NotFound
from chassis.records.held import Held, held_on
from chassis.records.reading import About, find
from chassis.records.rows import LIST
from chassis.routing import Router, router
from contracts.scopes import Scope

_WHERE: Final = (
    " WHERE (CAST(:since AS timestamptz) IS NULL OR at >= :since)"
    " AND (CAST(:until AS timestamptz) IS NULL OR at < :until)"
    " AND (CAST(:who AS text) IS NULL OR who = :who OR through = :who OR session = :who)"
    " AND (CAST(:citizen_id AS uuid) IS NULL OR citizen_id = :citizen_id)"
    " AND (CAST(:case_number AS text) IS NULL OR case_number = :case_number)"
)
_LIST = text(f"SELECT {LIST} FROM record{_WHERE} AND record_id < :after ORDER BY record_id DESC LIMIT :limit")  # noqa: S608
# Somebody is known by the first record of them in the window.
_CONCERNED = text(
    "SELECT min(record_id::text)::uuid AS first, citizen_id, household_id, card_id, count(*) AS times,"  # noqa: S608
    " min(at) AS since, max(at) AS until, string_agg(DISTINCT classes, ' ') AS classes FROM record"
    f"{_WHERE} AND num_nonnulls(citizen_id, household_id, card_id) > 0"
    " GROUP BY citizen_id, household_id, card_id HAVING min(record_id::text)::uuid > :after"
    " ORDER BY min(record_id::text)::uuid LIMIT :limit"
)
_HEADS = text(
    "SELECT DISTINCT ON (month) month::text AS month, position, encode(mac, 'hex') AS mac FROM ("
    " SELECT month, position, mac FROM record_head UNION ALL"
    " (SELECT DISTINCT ON (month) month, position, mac FROM record_link ORDER BY month, position DESC)"
    ") h ORDER BY month, position DESC"
)

Text = Annotated[str | None, Query(max_length=128)]
Instant = Annotated[AwareDatetime | None, Query()]
Ids = Annotated[list[UUID], Query(max_length=50)]


class RecordOut(BaseModel):
    """One act on one subject. Old and new values stay sealed: that there are some is said."""

    model_config = ConfigDict(from_attributes=True)

    record_id: UUID
    at: datetime
    who: str
    kind: str
    through: str | None
    session: str | None
    office: str | None
    roles: str
    purpose: str | None
    case_number: str | None
    request_id: UUID
    operation: str
    action: str
    outcome: str
    classes: str
    object_kind: str | None
    object_id: str | None
    citizen: UUID | None
    household: UUID | None
    card: UUID | None
    changed: bool


class RecordPage(Page[RecordOut, UUID]):
    """Records, the newest first."""


class ConcernedOut(BaseModel):
    """Somebody whose data were seen or changed in the window: which classes, how often, from when to when."""

    first: UUID
    citizen: UUID | None
    household: UUID | None
    card: UUID | None
    times: int
    since: datetime
    until: datetime
    classes: list[str]


class ConcernedPage(Page[ConcernedOut, UUID]):
    """Whom acts in a window concern, in the order in which they were met first."""


class Recorded(BaseModel):
    """What was recorded about one person, the newest first."""

    items: list[RecordOut]


class HeldOut(BaseModel):
    """What a service holds on one person: rows by table. What is sealed is given opened, or named as sealed."""

    service: str
    tables: dict[str, list[dict[str, Any]]]


class HeadOut(BaseModel):
    """Where the chain of a month ends."""

    month: str
    position: int
    mac: str


class Heads(BaseModel):
    """Where the chains end: to be kept elsewhere, and compared with `unicard audit verify`."""

    service: str
    items: list[HeadOut]


_OVERSIGHT = "who oversees the use of data sees of acts, not of what was seen"
_GATEWAY = "the gateway gathers for whom it has asked; it records for whom"


def record_routes(name: str, held: Held) -> Router:
    """The routes, under `/v1/records/{name}`."""
    routes = router(tags=["records"])
    base = f"/v1/records/{name}"
    _declare_audit(routes, base, name)
    _declare_gathering(routes, base, name, held)
    return routes


def _declare_audit(routes: Router, base: str, name: str) -> None:
    @routes.get(
        base,
        scopes=Scope.RECORDS_READ,
        operation_id=f"{name}_list_records",
        reads=Personal.ACCESSES,
        despite_restriction=_OVERSIGHT,
    )
    async def list_records(
        caller: Caller,
        session: Reading,
        page: Annotated[Paging[UUID], by_id(100, 1000, LAST_ID)],
        since: Instant = None,
        until: Instant = None,
        who: Text = None,
        citizen_id: UUID | None = None,
        case_number: Text = None,
    ) -> RecordPage:
        """Who has seen or changed what: by time, by who or through which client or session, citizen or case."""
        caller.bound.hold(OF_THE_NATION, NotFound)
        asked = {"since": since, "until": until, "who": who, "citizen_id": citizen_id, "case_number": case_number}
        rows = (await session.execute(_LIST, {**asked, **page.bounds})).all()
        return RecordPage.of(page, [_out(row) for row in rows], lambda one: one.record_id)

    @routes.get(
        f"{base}/concerned",
        scopes=Scope.RECORDS_READ,
        rate=Rate.BULK,
        operation_id=f"{name}_list_concerned",
        reads=Personal.ACCESSES,
        despite_restriction=_OVERSIGHT,
    )
    async def list_concerned(
        caller: Caller,
        session: Reading,
        page: Annotated[Paging[UUID], by_id(1000, 10_000)],
        since: Instant = None,
        until: Instant = None,
        who: Text = None,
    ) -> ConcernedPage:
        """Whom a breach concerns: everybody whose data somebody, a client or a session has met in a window."""
        caller.bound.hold(OF_THE_NATION, NotFound)
        asked = {"since": since, "until": until, "who": who, "citizen_id": None, "case_number": None}
        rows = (await session.execute(_CONCERNED, {**asked, **page.bounds})).all()
        return ConcernedPage.of(page, [_concerned(row) for row in rows], lambda one: one.first)

    @routes.get(f"{base}/heads", scopes=Scope.RECORDS_READ, operation_id=f"{name}_list_heads")
    async def list_heads(caller: Caller, session: Reading) -> Heads:
        """Where the chain of each month ends."""
        caller.bound.hold(OF_THE_NATION, NotFound)
        rows = (await session.execute(_HEADS)).all()
        return Heads(service=name, items=[HeadOut(**row._mapping) for row in rows])


def _declare_gathering(routes: Router, base: str, name: str, held: Held) -> None:
    @routes.get(
        f"{base}/about/{{citizen_id}}",
        scopes=Scope.RECORDS_COLLECT,
        operation_id=f"{name}_records_about",
        anyone=_GATEWAY,
        own_record=_GATEWAY,
    )
    async def about(
        citizen_id: UUID,
        session: Reading,
        page: Annotated[Paging[UUID], by_id(100, 1000, LAST_ID)],
        card_id: Ids = [],  # noqa: B006 - FastAPI's own way
        household_id: Ids = [],  # noqa: B006
    ) -> Recorded:
        """What was recorded about one person, the newest first; one more than `limit` where there is more."""
        person = About(citizen_id, tuple(card_id), tuple(household_id))
        found = await find(await raw(session), person, page.after, page.limit + 1, accesses=True)
        return Recorded(items=[_out(one) for one in found])

    @routes.get(
        f"{base}/held/{{citizen_id}}",
        scopes=Scope.RECORDS_COLLECT,
        rate=Rate.BULK,
        operation_id=f"{name}_held_on",
        anyone=_GATEWAY,
        own_record=_GATEWAY,
    )
    async def all_held(
        citizen_id: UUID,
        request: Request,
        session: Reading,
        card_id: Ids = [],  # noqa: B006
        household_id: Ids = [],  # noqa: B006
    ) -> HeldOut:
        """All that this service holds on one person."""
        person = About(citizen_id, tuple(card_id), tuple(household_id))
        return HeldOut(service=name, tables=await held_on(await raw(session), request.app.state.runtime, held, person))


def _out(row: Any) -> RecordOut:
    document = {name: getattr(row, name) for name in RecordOut.model_fields if hasattr(row, name)}
    whom = {"citizen": row.citizen_id, "household": row.household_id, "card": row.card_id}
    return RecordOut(**document, **whom, changed=row.before is not None or row.after is not None)


def _concerned(row: Any) -> ConcernedOut:
    return ConcernedOut(
        first=row.first,
        citizen=row.citizen_id,
        household=row.household_id,
        card=row.card_id,
        times=row.times,
        since=row.since,
        until=row.until,
        classes=sorted(set(row.classes.split())),
    )
