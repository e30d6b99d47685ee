"""A small real service: it keeps notes, tells of each by an event, and hears such events.

As a process: `uvicorn --factory libs.chassis.tests.probe_service:create_app`, set up by the environment.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import app as chassis_app
from chassis import outbox
from chassis.consumer import Reactions, Received
from chassis.db import Reading, Work
from chassis.edge import App
from chassis.ids import new_id
from chassis.infrastructure_errors import Busy
from chassis.problems import Conflict
from chassis.restating.teller import Restatement
from chassis.restating_orders import follow_wants
from chassis.revocations import revocation_reactions
from chassis.routing import Router, router
from chassis.runtime import Resources, Runtime
from chassis.settings import ServiceSettings
from contracts import restated
from contracts.event import Event
from contracts.gateway import ClientReinstated, ClientSuspended, PersonReinstated, PersonSuspended, SessionEnded
from contracts.restated import Restated
from contracts.scopes import Scope
from contracts.supply import TerminalReinstated, TerminalSuspended

MIGRATIONS = Path(__file__).parent / "migrations"

SUSPENDED: dict[type[Event], str] = {
    ClientSuspended: "{client_id}",
    TerminalSuspended: "{terminal_id}",
    PersonSuspended: "person:{person_id}",
    SessionEnded: "sid:{session_id}",
}
REINSTATED: dict[type[Event], str] = {
    ClientReinstated: "{client_id}",
    TerminalReinstated: "{terminal_id}",
    PersonReinstated: "person:{person_id}",
}

_SEEN = text("INSERT INTO seen (key, number) SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:numbers AS integer[]))")


class ProbeSettings(ServiceSettings):
    """`keeper` publishes only, `hearer` consumes only."""

    part: Literal["both", "keeper", "hearer"] = "both"
    group: str = "probe"


@dataclass
class Faults:
    """What the handler of notes cannot do, by number: never, so often, or so often for want of room."""

    poison: set[int] = field(default_factory=set)
    flaky: dict[int, int] = field(default_factory=dict)
    busy: dict[int, int] = field(default_factory=dict)


@asynccontextmanager
async def lifespan(_: Resources, __: ProbeSettings) -> AsyncIterator[Faults]:
    """Begin without faults."""
    yield Faults()


class NoteKept(Event):
    """A note was kept."""

    TOPIC = "probe.events.v1"
    KEY = "key"

    key: str
    number: int


class NoteDropped(Event):
    """A note was dropped."""

    TOPIC = "probe.events.v1"
    KEY = "key"

    key: str
    number: int


class NoteRestated(Restated):
    """A note as it is now."""

    TOPIC = "probe.events.v1"
    KEY = "key"
    SUBJECT = "notes"

    key: str
    text: str


class RestatementEnded(restated.RestatementEnded):
    """All notes were told again."""

    TOPIC = "probe.events.v1"


class RestatementWanted(restated.RestatementWanted):
    """Whoever hears of notes lacks something."""

    TOPIC = "probe.events.v1"


class Poisoned(Conflict):
    """The note cannot be kept"""

    code = "poisoned"
    title_ar = "لا يمكن الحفظ"


class NoteIn(BaseModel):
    """What to keep; `number` goes into the event and from there into the hearer's table."""

    model_config = ConfigDict(extra="forbid")

    text: str
    key: str = "k"
    number: int = 0


class Note(BaseModel):
    """A note that was kept."""

    id: UUID
    text: str


def note_routes() -> Router:
    """Keep a note, count the notes."""
    routes = router()

    @routes.post("/v1/notes", scopes=Scope.MESSAGES_REPORT, status_code=201, problems=Poisoned)
    async def keep(body: NoteIn, session: Work) -> Note:
        if body.text == "poison":
            raise Poisoned("No poison here.")
        note = Note(id=new_id(), text=body.text)
        await session.execute(text("INSERT INTO note (id, text) VALUES (:id, :text)"), note.model_dump())
        await outbox.add(session, NoteKept(key=body.key, number=body.number))
        return note

    @routes.get("/v1/notes", public=True)
    async def count(session: Reading) -> int:
        return int((await session.execute(text("SELECT count(*) FROM note"))).scalar_one())

    @routes.get("/v1/notes/{wanted}", public=True)
    async def find(wanted: str, session: Reading, like: str = "") -> int:
        found = text("SELECT count(*) FROM note WHERE text IN (:wanted, :like)")
        return int((await session.execute(found, {"wanted": wanted, "like": like})).scalar_one())

    return routes


def note_reactions(group: str) -> Reactions[Runtime[Faults]]:
    """Hear of notes, unless a test says by the state that a number shall fail."""
    reactions: Reactions[Runtime[Faults]] = Reactions(group)
    revocation_reactions(reactions, SUSPENDED, REINSTATED)

    @reactions.on(NoteKept)
    async def kept(events: Sequence[Received[NoteKept]], session: AsyncSession, runtime: Runtime[Faults]) -> None:
        poison, flaky, busy = runtime.state.poison, runtime.state.flaky, runtime.state.busy
        for number in [event.data.number for event in events]:
            if busy.get(number, 0) > 0:
                busy[number] -= 1
                raise Busy("More is waiting than can be served soon.")
            if flaky.get(number, 0) > 0:
                flaky[number] -= 1
                raise ValueError("not just now")
            if number in poison:
                raise ValueError("poisoned event")
        parameters = {"keys": [e.data.key for e in events], "numbers": [e.data.number for e in events]}
        await session.execute(_SEEN, parameters)

    @reactions.on(NoteDropped)
    async def dropped(events: Sequence[Received[NoteDropped]], session: AsyncSession, runtime: Runtime[Faults]) -> None:
        parameters = {"keys": [e.data.key for e in events], "numbers": [-e.data.number for e in events]}
        await session.execute(_SEEN, parameters)

    @reactions.restated(NoteRestated, NoteKept, NoteDropped)
    async def told_again(
        events: Sequence[Received[NoteRestated]], session: AsyncSession, runtime: Runtime[Faults]
    ) -> None:
        await session.execute(_SEEN, {"keys": [e.data.key for e in events], "numbers": [0] * len(events)})

    follow_wants(reactions, [NoteRestated], RestatementWanted)
    return reactions


async def notes_again(
    session: AsyncSession, _: Runtime[Faults], keys: Sequence[UUID], restatement_id: UUID
) -> Sequence[NoteRestated]:
    """Notes as they are now."""
    rows = await session.execute(
        text("SELECT id, text FROM note WHERE id = ANY(CAST(:keys AS uuid[])) ORDER BY id"), {"keys": list(keys)}
    )
    return [NoteRestated(restatement_id=restatement_id, key=str(row.id), text=row.text) for row in rows]


NOTES: Restatement[Runtime[Faults]] = Restatement(restated=NoteRestated, table="note", key="id", events=notes_again)


def create_app(settings: ProbeSettings | None = None) -> App:
    """The probe as its settings or the environment want it."""
    settings = settings or ProbeSettings()
    return chassis_app.create_app(
        chassis_app.Service(
            name="hearer" if settings.part == "hearer" else "probe",
            title="Probe",
            settings=settings,
            lifespan=lifespan,
            routers=[] if settings.part == "hearer" else [note_routes()],
            reactions=None if settings.part == "keeper" else note_reactions(settings.group),
            restated=[] if settings.part == "hearer" else [NOTES],
        )
    )
