"""For tests: whether what an operation has done says who did it, for which office, through which client and what for.

It stands in the record of the service, or, where an operation is its own record, in what it has made.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import httpx
from fastapi import FastAPI

from chassis.edge import App
from chassis.principal import CallerKind
from chassis.records.acts import Act
from chassis.records.entries import HEADER as RECORD_ID
from chassis.records.rows import READ
from chassis.records.said import CASE, PURPOSE
from chassis.routing import DeclaredRoute

Again = Callable[[bool], Awaitable[httpx.Response]]

_LEFT = (
    "SELECT citizen_id, household_id, card_id,"
    " jsonb_build_object('who', who, 'through', through, 'session', session, 'office', office, 'purpose', purpose,"
    " 'case_number', case_number)::text AS acting FROM record WHERE request_id = $1"
)
_RESTRICT = (
    "INSERT INTO restriction (restriction_id, citizen_id, ground, starts_on)"
    " SELECT gen_random_uuid(), unnest($1::uuid[]), 'objection', '2000-01-01' RETURNING restriction_id"
)
_FREE = "UPDATE restriction SET lifted_at = now() WHERE restriction_id = ANY($1::uuid[])"
# What the rightful caller of a walk says it acts for.
SAID: Final = {PURPOSE: "a walk", CASE: "walk/1"}
_MISSES = "SELECT count(*) FROM record WHERE outcome NOT IN ('done', 'repeated', 'nothing_found')"


@dataclass(frozen=True)
class Own:
    """Where an operation's own record says who did it: a statement that gives `acting` as JSON for the reply, `$1`.

    `why`: the reason why it keeps neither purpose nor case.
    """

    statement: str
    why: str = ""


@dataclass(frozen=True)
class Recorded:
    """What the record of a service got of a call to an operation, or what the operation's own record says."""

    name: str
    app: FastAPI
    act: Act | None
    own: Own | None = None
    done: set[str] = field(default_factory=set)  # operations seen to have left who did it

    async def faults(self, reply: httpx.Response) -> list[str]:
        """What is wrong with it: one row of each subject of the reply, and none where nothing is to be recorded."""
        named = reply.headers.get(RECORD_ID)
        if self.act is None or not reply.is_success:
            left = [] if named is None else ["it is recorded, though nothing of it is to be"]
            return left + (await self._own_faults(reply) if reply.is_success and self.own else [])
        if named is None:
            return ["it leaves no record"]
        rows = await self.app.state.runtime.pool.fetch(_LEFT, UUID(named))
        subjects = {(row["citizen_id"], row["household_id"], row["card_id"]) for row in rows}
        shown = {one.ids for one in self.act.shown.subjects(reply.json())} if reply.content else set()
        faults = [] if len(subjects) == len(rows) > 0 else [f"{len(rows)} records of {len(subjects)} subjects"]
        faults += [fault for row in rows[:1] for fault in _acting_faults(reply, json.loads(row["acting"]), SAID)]
        self.done.add(self.name)
        if any(not any(_holds(row, ids) for row in subjects) for ids in shown if any(ids)):
            faults.append("somebody whom it shows is in no record of it")
        return faults

    async def _own_faults(self, reply: httpx.Response) -> list[str]:
        """What is wrong with what the operation keeps itself of who did it."""
        assert self.own is not None
        kept = await self.app.state.runtime.pool.fetchval(self.own.statement, reply.text)
        if kept is None:
            return ["what it makes does not say who made it"]
        self.done.add(self.name)
        return _acting_faults(reply, json.loads(kept), {} if self.own.why else SAID, place=True)

    async def restricted_faults(self, reply: httpx.Response, again: Again, kind: str) -> list[str]:
        """What is wrong with the same reading while the data of those whom it showed are restricted."""
        act, named = self.act, reply.headers.get(RECORD_ID)
        if act is None or named is None or act.action != READ or act.despite_restriction or not reply.is_success:
            return []
        pool = self.app.state.runtime.pool
        citizens = [row["citizen_id"] for row in await pool.fetch(_LEFT, UUID(named)) if row["citizen_id"]]
        if not citizens:
            return []
        made = [row["restriction_id"] for row in await pool.fetch(_RESTRICT, citizens)]
        try:
            plain, said = await again(False), await again(True)
        finally:
            await pool.execute(_FREE, made)
        wanted = {200} if kind == CallerKind.TERMINAL else {403, 422}  # people may have to say what for anyway
        if plain.status_code in wanted and said.status_code == reply.status_code:
            return []
        return [f"while restricted: {plain.status_code} {plain.text[:200]}, for a case {said.status_code}"]

    async def misses(self) -> int:
        """How many records there are that something was not there, or not for the caller."""
        count: int = await self.app.state.runtime.pool.fetchval(_MISSES)
        return count


def _acting_faults(
    reply: httpx.Response, kept: Mapping[str, str | None], said: Mapping[str, str], *, place: bool = False
) -> list[str]:
    """Where what is kept of who acted is not what the caller's token and headers say.

    `place`: where no authority is named, the office is the outlet, provider or counter.
    """
    claims = _claims(reply.request.headers["authorization"].partition(" ")[2])
    stands = next((claims[name] for name in ("outlet", "provider", "site") if place and claims.get(name)), None)
    wanted = {
        "who": claims["sub"],
        "through": claims.get("client_id"),
        "session": claims.get("sid"),
        "office": claims.get("org") or stands,
    }
    if said:
        wanted |= {"purpose": said[PURPOSE], "case_number": said[CASE]}
    return [f"{name} is {kept.get(name)!r}, not {value!r}" for name, value in wanted.items() if kept.get(name) != value]


def _claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _holds(row: tuple[UUID | None, ...], ids: tuple[UUID | None, ...]) -> bool:
    """Whether a record names one of the ids, the citizen's first."""
    return any(mine == wanted for mine, wanted in zip(row, ids, strict=True) if wanted is not None)


def declared(app: FastAPI) -> list[DeclaredRoute]:
    """Every route a service declares."""
    assert isinstance(app, App)
    return [route for route in app.declared if isinstance(route, DeclaredRoute)]
