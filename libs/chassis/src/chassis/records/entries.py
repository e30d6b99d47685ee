"""Entries: what one request leaves in the record, in the transaction of its work, or in one of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from fastapi import Request
from starlette.responses import Response

from chassis.connections import SqlConnection
from chassis.ids import new_id
from chassis.personal import Subject
from chassis.principal import CallerKind, Principal
from chassis.processing.restrictions import ProcessingIsRestricted, restricted
from chassis.records.acts import Act, document_of
from chassis.records.rows import CHANGE, DONE, READ, Record, append
from chassis.records.said import CASE, PURPOSE, said_in
from chassis.runtime import get_runtime
from chassis.security import looked_up

HEADER: Final = "Record-Id"  # our own id of the request, under which the record has it
MOST_SHOWN = 16 * 1024 * 1024
NOTHING: Final = "nothing_found"
REPEATED: Final = "repeated"
# Whom a restriction of processing does not stop: sales and visits are duties, citizens use what is their own.
_GOES_ON: Final = frozenset({CallerKind.TERMINAL, CallerKind.CITIZEN})


class Entry:
    """What one request leaves. `joined`: the unit of work appends it in its own transaction."""

    def __init__(self, act: Act, request: Request, caller: Principal) -> None:
        """Read what the caller says it is for. Raises InvalidRequest for a purpose or case number that is none."""
        self.joined = False
        self.request_id = new_id()
        self._told: Subject | None = None
        self._act, self._request, self._caller = act, request, caller
        self._purpose, self._case = said_in(request)
        self._before: dict[str, Any] | None = None
        self._values = {**request.query_params, **request.path_params}

    def about(self, *, citizen_id: UUID | None = None, household_id: UUID | None = None) -> None:
        """Say whom it is about where the reply does not: its handler knows."""
        self._told = Subject(citizen_id, household_id)

    def handed_on(self) -> Record:
        """What a lane appends in the statement of its work, where it may add whom it is about."""
        self.joined = True
        return self._records(DONE, None)[0]

    async def begin(self, connection: SqlConnection) -> None:
        """Join a unit of work: keep what is there before the change."""
        self.joined = True
        self._before = await self._row(connection, None)

    async def finish(self, connection: SqlConnection) -> None:
        """Append what was done, from the finished reply, in the unit of work's transaction."""
        reply: Response | None = getattr(self._request.state, "reply", None)
        document = _shown(reply)
        before, after = _difference(self._before, await self._row(connection, document))
        records = self._records(DONE, document)
        try:
            await self._ensure_used_rightly(connection, records)
        except ProcessingIsRestricted as refusal:
            await self.refused(refusal.code)  # the unit of work is undone, that it was tried is not
            raise
        keys = get_runtime(self._request).records.keys
        if before is not None or after is not None:
            about = records[0].citizen_id
            old, new = [await keys.seal(connection, about, values) for values in (before, after)]
            records = [replace(records[0], before=old, after=new), *records[1:]]
        await append(connection, records)

    async def shown(self, reply: Response, outcome: str = DONE) -> None:
        """Append what was shown in a transaction of its own, before the reply leaves.

        Raises ProcessingIsRestricted where the reply must not leave.
        """
        runtime, records = get_runtime(self._request), self._records(outcome, _shown(reply))
        await self._ensure_used_rightly(runtime.pool, records)
        await runtime.records.submit(records)

    async def refused(self, code: str) -> None:
        """Append that nothing was shown or done, and why."""
        await get_runtime(self._request).records.submit(self._records(code, None))

    async def _ensure_used_rightly(self, connection: SqlConnection, records: list[Record]) -> None:
        """That nobody's data are used whose processing is restricted. Raises ProcessingIsRestricted.

        Citizens use their own, terminals serve whoever stands before them; others say what for and for which case.
        """
        said = self._purpose is not None and self._case is not None
        if said or self._act.despite_restriction or self._caller.kind in _GOES_ON:
            return
        runtime = get_runtime(self._request)
        citizens = {one.citizen_id for one in records if one.citizen_id}
        cards = {one.card_id for one in records if one.card_id}
        if await restricted(connection, [*citizens], [*cards], runtime.clock.today(), runtime.holders):
            raise ProcessingIsRestricted(
                f"Say what for in {PURPOSE} and for which case in {CASE}; the person is told of it.",
                detail_ar="يلزم ذكر سبب الاطلاع ورقم الحالة، ويُبلَّغ صاحب البيانات بذلك.",
            )

    async def _row(self, connection: SqlConnection, reply: object) -> dict[str, Any] | None:
        rows = self._act.rows
        if rows is None:
            return None
        named = rows.named_in(self._request.path_params)
        if named is None and isinstance(reply, dict):
            named = rows.named_in(reply)
        try:
            found = await connection.fetchval(rows.statement, named) if named is not None else None
        except asyncpg.DataError:  # the path names nothing that could be there; its handler says so
            return None
        row: dict[str, Any] | None = orjson.loads(found) if isinstance(found, str | bytes) else found
        return row

    def _subjects(self, document: object, body: object) -> list[Subject]:
        """Whom the reply is about; whom the request asked about, where the reply says nothing of that."""
        shown = self._act.shown.subjects(document) if document is not None else []
        asked = self._act.named(self._values, body)
        if self._told is not None:
            card_id = shown[0].card_id if len(shown) == 1 else None
            return [replace(self._told, card_id=card_id, classes=self._act.classes)]
        if len(shown) == 1 and (whole := shown[0].with_ids_of(asked)):
            return [whole]
        changed_another = self._act.action == CHANGE and asked.known and not any(one.covers(asked) for one in shown)
        return [asked, *shown] if changed_another or not shown else shown

    def _records(self, outcome: str, document: object) -> list[Record]:
        body = document_of(getattr(self._request, "_body", b""))
        subjects = self._subjects(document, body)
        if outcome == DONE and self._act.action == READ and not any(subject.known for subject in subjects):
            outcome = NOTHING
        if self._act.action == READ:
            looked_up(self._caller, {about for subject in subjects if (about := subject.citizen_id or subject.card_id)})
        kind, object_id = self._act.object_of(self._values, document)
        said = body.get("purpose") if isinstance(body, dict) else None
        purpose = self._purpose or (said if isinstance(said, str) else None) or self._act.purpose
        actor, at = self._caller.actor, datetime.now(UTC)
        return [
            Record(
                record_id=new_id(),
                at=at,
                who=actor.who,
                kind=self._caller.kind,
                through=actor.through,
                session=actor.session,
                office=actor.office,
                roles=" ".join(self._caller.roles),
                purpose=purpose[:200] if purpose else None,
                case_number=self._case,
                request_id=self.request_id,
                operation=self._act.operation,
                action=self._act.action,
                outcome=outcome,
                classes=" ".join(sorted(subject.classes or self._act.classes)),
                object_kind=kind,
                object_id=object_id,
                citizen_id=subject.citizen_id,
                household_id=subject.household_id,
                card_id=subject.card_id,
            )
            for subject in subjects
        ]


def entry_of(request: Request) -> Entry:
    """What the request at hand leaves. Raises AttributeError for an endpoint that is not recorded."""
    entry: Entry = request.state.entry
    return entry


def _shown(reply: Response | None) -> object:
    """The document of a reply that shows something; None where it shows none."""
    if reply is None or reply.status_code >= 300:
        return None
    return document_of(bytes(reply.body), MOST_SHOWN) if "json" in (reply.media_type or "json") else None


def _difference(
    before: dict[str, object] | None, after: dict[str, object] | None
) -> tuple[dict[str, object] | None, dict[str, object] | None]:
    """Of two states of a row what differs."""
    if before is None or after is None:
        return before, after
    names = [name for name in after if before.get(name) != after[name]]
    if not names:
        return None, None
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
